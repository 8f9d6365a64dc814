import { answer, problem, type MockHandlers } from '../plugin'
import { state } from '../state'
import { accounts, meOf } from '../people'

export const handlers: MockHandlers = {
  'GET /demo': () => ({
    demo: true,
    today: state.today,
    accounts: accounts.map(({ login_name, display_name, role, division_name }) => ({
      login_name,
      password: 'demo-password',
      display_name,
      role_label: role.label,
      division_name,
    })),
  }),
  /** For whoever walks the mock with a script: everything as at the start. */
  'POST /mock/reset': () => {
    Object.assign(state, { login: null, today: '2022-05-18', records: {} })
    return answer(204)
  },
  'POST /demo/clock': ({ body }) => {
    if (body.today) state.today = body.today
    else {
      const moment = new Date(`${state.today}T00:00:00Z`)
      moment.setUTCDate(moment.getUTCDate() + body.advance_days)
      state.today = moment.toISOString().slice(0, 10)
    }
    return { today: state.today }
  },
  'GET /session': () => (state.login ? meOf(state.login) : problem(401, 'not_signed_in', '请登录', '您还没有登录。')),
  'POST /session': ({ body }) => {
    const account = accounts.find(({ login_name }) => login_name === body.login_name)
    if (!account || body.password !== 'demo-password') {
      return problem(401, 'sign_in_failed', '登录失败', '登录名或密码不正确。', { next_step: '请核对后重试，连续输错会暂时锁定账户。' })
    }
    if (account.totp && !body.totp_code) {
      return problem(401, 'totp_required', '需要动态口令', '请输入动态口令应用上显示的 6 位数字。')
    }
    state.login = account.login_name
    return meOf(account.login_name)
  },
  'DELETE /session': () => {
    state.login = null
    return answer(204)
  },
  'POST /session/password': ({ body }) =>
    body.new.length < 10
      ? problem(422, 'invalid', '新密码不符合要求', '请按提示修改。', { errors: [{ field: 'new', message: '新密码至少 10 个字符。' }] })
      : answer(204),
  'POST /session/totp': () => ({
    secret_base32: 'JBSWY3DPEHPK3PXP',
    otpauth_uri: 'otpauth://totp/%E5%AE%88%E6%9C%9B:demo?secret=JBSWY3DPEHPK3PXP&issuer=%E5%AE%88%E6%9C%9B',
  }),
  'POST /session/totp/confirm': () => answer(204),
}
