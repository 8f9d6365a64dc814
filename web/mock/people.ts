/** Invented accounts, one for each role; the place names are real divisions, the people are not. */
import { state } from './state'

const casefileReading = ['casefile.read', 'lead.read', 'household.read', 'notice.read', 'policy.read', 'attachment.add']
const everything = [
  ...casefileReading,
  ...['casefile.verify_home', 'casefile.sign_letter', 'casefile.cross_check_village', 'casefile.cross_check_township'],
  ...['casefile.cross_check_county', 'casefile.appraise', 'casefile.post_notice', 'casefile.review', 'casefile.decide'],
  ...['casefile.acknowledge', 'casefile.announce', 'casefile.archive', 'casefile.end', 'casefile.send_back'],
  ...['lead.register', 'lead.conclude', 'household.change', 'household.reveal', 'objection.register', 'objection.answer'],
  ...['import.run', 'export.run', 'supervision.read', 'supervision.open', 'policy.put_in_force', 'account.read'],
  ...['account.manage', 'role.read', 'audit.read', 'audit.verify', 'grid.manage'],
]
const village = [
  ...casefileReading,
  ...['casefile.verify_home', 'casefile.sign_letter', 'casefile.cross_check_village', 'casefile.appraise'],
  ...['casefile.post_notice', 'casefile.end', 'lead.register', 'lead.conclude', 'household.change', 'household.reveal'],
]

export const accounts = [
  { login_name: 'village', display_name: '乔麦丰', level: 'village', role: { code: 'village_secretary', label: '村党支部书记' }, division_name: '上河村', path: '河南省/洛阳市/宜阳县/香鹿山镇/上河村', operations: village },
  { login_name: 'township', display_name: '柳守川', level: 'township', role: { code: 'township_reviewer', label: '乡镇审核员' }, division_name: '香鹿山镇', path: '河南省/洛阳市/宜阳县/香鹿山镇', operations: [...casefileReading, 'casefile.cross_check_township', 'casefile.review', 'casefile.acknowledge', 'casefile.announce', 'casefile.archive', 'casefile.send_back', 'casefile.end', 'lead.register', 'lead.conclude', 'objection.register', 'objection.answer', 'supervision.read', 'account.read', 'household.change'] },
  { login_name: 'county', display_name: '邵望秋', level: 'county', role: { code: 'county_decider', label: '县级审批员' }, division_name: '宜阳县', path: '河南省/洛阳市/宜阳县', operations: [...casefileReading, 'casefile.cross_check_county', 'casefile.decide', 'casefile.send_back', 'supervision.read', 'import.run', 'export.run', 'objection.answer'], totp: true },
  { login_name: 'city', display_name: '祁远山', level: 'city', role: { code: 'city_supervisor', label: '市级督导员' }, division_name: '洛阳市', path: '河南省/洛阳市', operations: ['supervision.read', 'supervision.open', 'policy.read'] },
  { login_name: 'all', display_name: '常演示', level: 'county', role: { code: 'demo', label: '演示（全部岗位）' }, division_name: '宜阳县', path: '河南省/洛阳市/宜阳县', operations: everything },
]
export const villageRef = { code: '410327101201', name: '上河村' }

export function meOf(login: string) {
  const account = accounts.find(({ login_name }) => login_name === login)!
  return {
    account: { id: `account-${login}`, login_name: login, display_name: account.display_name, must_change_password: false, totp_enabled: account.totp ?? false },
    roles: [account.role],
    level: account.level,
    division: { code: '410327101201', name: account.division_name, path: account.path },
    operations: account.operations,
    today: state.today,
    demo: true,
    policy: { id: 'henan-2022', title: '河南省2022年防止返贫监测帮扶集中排查' },
  }
}
