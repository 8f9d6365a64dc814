/** Starts the real binary on a fresh demo and stops it again. One server for each journey: journeys move the clock. */
import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The binary under test: `SHOUWANG_BINARY`, or the debug build where `./dev` puts it. */
export function binary() {
  const target = process.env.CARGO_TARGET_DIR ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'shouwang', 'target')
  const path = process.env.SHOUWANG_BINARY ?? join(target, 'debug', 'shouwang')
  if (!existsSync(path)) throw new Error(`${path} is not there: build it, or say where it is in SHOUWANG_BINARY`)
  return path
}

/** Waits for the line with the address; what the server said before it died is the error. */
function addressOf(child) {
  return new Promise((resolve, reject) => {
    let said = ''
    const hear = (chunk) => {
      said += chunk
      const found = /守望已启动：(http:\/\/\S+)/.exec(said)
      if (found) resolve(found[1])
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${said}`)))
  })
}

/** A demo county of its own in a folder of its own: `{ base, stop }`; `scene` says where, when and under which document. */
export async function startDemo(scene = 'yiyang-2022') {
  const folder = await mkdtemp(join(tmpdir(), 'shouwang-e2e-'))
  const data = join(folder, 'demo')
  await run(binary(), ['demo', 'create', '--data', data, '--size', 'small', '--scene', scene])
  const child = spawn(binary(), ['serve', '--data', data, '--demo', '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'pipe'] })
  const base = await addressOf(child)
  const stop = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5000).unref())])
    if (child.exitCode === null) child.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
  return { base, data, stop }
}
