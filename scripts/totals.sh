# Reads "how many passed, how many failed" out of what the test runners print, and adds it
# up over the stages. Sourced by ./dev; scripts/totals_test.sh checks it.

# count_tests: reads a runner's output on stdin and prints "PASSED FAILED". Understands
#   cargo test     test result: ok. 5 passed; 0 failed; 1 ignored; …
#   cargo nextest  Summary [   1.2s] 6 tests run: 4 passed (1 slow), 1 failed, 1 timed out, 0 skipped
#   vitest         Tests  1 failed | 2 passed (3)
#   node --test    # pass 4 / # fail 1   (or the mark ℹ instead of #)
#   playwright       12 passed (3.2s) /   1 failed
#   our scripts    3 passed, 0 failed
# A run that prints several such lines (one for each test binary) is summed.
count_tests() {
  sed 's/\x1b\[[0-9;]*[A-Za-z]//g' | awk '
    # number(word): the sum of every "<n> word" on the line
    function number(word,    i, sum) {
      for (i = 2; i <= NF; i++) {
        bare = $i
        gsub(/[;,.|()]/, "", bare)
        if (bare == word && $(i - 1) ~ /^[0-9]+$/) sum += $(i - 1)
      }
      return sum + 0
    }
    # nextest ends a "timed out" or "exec failed" test as failed too
    /^ *Summary \[/          { passed += number("passed"); failed += number("failed") + number("timed") + number("exec"); next }
    /^test result: /         { passed += number("passed"); failed += number("failed"); next }
    /^ *Tests +[0-9]+ /      { passed += number("passed"); failed += number("failed"); next }
    /^(#|ℹ) pass [0-9]+$/    { passed += $3; next }
    /^(#|ℹ) (fail|cancelled) [0-9]+$/ { failed += $3; next }
    /^ *[0-9]+ (passed|failed)( \([0-9.ms]+\))?$/ { passed += number("passed"); failed += number("failed"); next }
    /^[0-9]+ passed, [0-9]+ failed$/ { passed += number("passed"); failed += number("failed"); next }
    END { print passed + 0, failed + 0 }'
}

TOTAL_PASSED=0
TOTAL_FAILED=0
STAGE_LINES=()

# record NAME PASSED FAILED SECONDS
record() {
  TOTAL_PASSED=$((TOTAL_PASSED + $2))
  TOTAL_FAILED=$((TOTAL_FAILED + $3))
  STAGE_LINES+=("$(printf '%-12s %5d passed, %3d failed %6d s' "$1" "$2" "$3" "$4")")
  say "$1: $2 passed, $3 failed (${4} s)"
}

# stage KIND NAME COMMAND...: runs one stage without stdin and records it. KIND is
#   check  the command is one test: its exit status decides
#   tests  the command runs many tests: they are counted, and none at all is a failure
# Never call it inside if, && or ||: that would switch errexit off in the command.
stage() {
  local kind=$1 name=$2 started=$SECONDS log status passed failed
  shift 2
  log="$LOGS/$name.log"
  say "$name …"
  set +e
  (
    set -e
    "$@"
  ) </dev/null 2>&1 | tee "$log"
  status=${PIPESTATUS[0]}
  set -e
  if [ "$kind" = check ]; then
    if [ "$status" -eq 0 ]; then passed=1 failed=0; else passed=0 failed=1; fi
  else
    read -r passed failed < <(count_tests <"$log")
    if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
    if [ "$status" -eq 0 ] && [ "$passed" -eq 0 ] && [ "$failed" -eq 0 ]; then
      warn "$name ran no test"
      failed=1
    fi
  fi
  record "$name" "$passed" "$failed" $((SECONDS - started))
}

# Prints the table of stages and, as the last line, the plain total. Returns 1 when a test
# failed, and when there was none: nothing run is no success.
print_totals() {
  printf '\n'
  if [ ${#STAGE_LINES[@]} -gt 0 ]; then printf '%s\n' "${STAGE_LINES[@]}"; fi
  printf '%-12s %36d s\n' "all stages" "$SECONDS"
  printf '%d passed, %d failed\n' "$TOTAL_PASSED" "$TOTAL_FAILED"
  [ "$TOTAL_FAILED" -eq 0 ] && [ "$TOTAL_PASSED" -gt 0 ]
}
