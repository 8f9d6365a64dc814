#!/usr/bin/env bash
# Feeds each runner's real output to count_tests. Prints "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")"
. ./totals.sh

passed=0
failed=0

# expect NAME "PASSED FAILED" OUTPUT
expect() {
  local got
  got=$(printf '%b\n' "$3" | count_tests)
  if [ "$got" = "$2" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "$1: expected '$2', got '$got'"
  fi
}

expect "nothing" "0 0" "   Compiling domain v0.1.0"
expect "cargo test, two binaries" "7 1" \
  "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\ntest result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s"
expect "nextest, all well" "1 0" "     Summary [   0.005s] 1 test run: 1 passed, 0 skipped"
expect "nextest, every kind of end" "4 4" \
  "     Summary [   1.200s] 8 tests run: 4 passed (1 slow), 2 failed, 1 timed out, 1 exec failed, 3 skipped"
expect "nextest, cut short" "4 1" "     Summary [   1.200s] 5/9 tests run: 4 passed, 1 failed, 0 skipped"
expect "vitest, in colour" "3 0" \
  "\\033[2m Test Files \\033[22m \\033[1m\\033[32m1 passed\\033[39m\\033[22m\\033[90m (1)\\033[39m\n\\033[2m      Tests \\033[22m \\033[1m\\033[32m3 passed\\033[39m\\033[22m\\033[90m (3)\\033[39m"
expect "vitest, one failed" "2 1" " Test Files  1 failed | 1 passed (2)\n      Tests  1 failed | 2 passed (3)"
expect "node, tap" "4 2" "# tests 6\n# pass 4\n# fail 1\n# cancelled 1\n# skipped 0"
expect "node, spec" "4 0" "ℹ tests 4\nℹ pass 4\nℹ fail 0\nℹ cancelled 0"
expect "playwright" "12 2" "  2 failed\n    [desktop] › journey.spec.ts:3 › archive\n  12 passed (3.2s)"
expect "our own line" "3 1" "3 passed, 1 failed"
expect "a sentence is no total" "0 0" "the notice passed, 3 failed objections were 2 passed on"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
