/** The audit chain's short codes in the words of the office. What this list does not know is shown as written. */
import table from '../../../../policy/codes/audit_operation.csv?raw'
import { CHANGE_MENU } from '@/features/household/changes'

/** Of every operation in words, for the filter; each record brings its own. */
export const OPERATIONS: Record<string, string> = Object.fromEntries(
  table
    .trim()
    .split(/\r?\n/)
    .slice(2)
    .map((line) => line.split(',').slice(0, 2) as [string, string]),
)

const SUBJECTS: Record<string, string> = {
  account: '账户',
  household: '农户档案',
  lead: '线索',
  complaint: '干部问题反映',
  casefile: '识别认定事项',
  appraisal: '评议会议',
  notice: '公示',
  submission_list: '名单',
  attachment: '附件',
  name_protection: '公示用名',
  paper_template: '文书模板',
  village: '村',
  grid: '网格',
  division: '区划',
  import: '导入',
  pack: '政策包',
  cross_check: '信息比对',
  demo: '演示',
  duplicate: '重复证件号',
  purpose: '事由',
  list: '清单',
  saved_view: '常用筛选',
  monitoring_line: '监测范围',
  corrections: '更正',
  adoption: '政策在用',
}

/** Lists taken along. */
const LISTS: Record<string, string> = { household: '农户', lead: '风险线索', casefile: '识别认定事项', notice: '公示与异议', overdue: '逾期事项', audit: '审计记录' }

/** `casefile/01a2…71` → `识别认定事项 …8e71`: enough of the id to tell one from another. */
export function subjectWords(subject: string): string {
  const [area = '', id = ''] = subject.split('/')
  if (area === 'list') return `${LISTS[id] ?? id}清单`
  const words = SUBJECTS[area] ?? area
  return id ? `${words} ${id.length > 20 ? `…${id.slice(-8)}` : id}` : words
}

/** Codes of leads; the audit administrator belongs to no division and so to no policy pack that could tell. */
const LEADS: Record<string, string> = {
  cadre_visit: '基层干部排查', self_declaration: '农户自主申报', grassroots_report: '基层上报', data_comparison: '数据比对', hotline: '12317 热线', petition: '信访',
  media: '媒体', platform_warning: '平台预警', department_warning: '部门筛查预警', problem_follow_up: '问题整改跟踪',
  identification: '进入识别认定', no_risk: '核实后无风险', solved_by_ordinary_policy: '落实普惠政策后已解决', already_monitored: '已是监测对象',
  cleared_earlier: '曾标注风险消除，重新识别', another_area: '不属本地', duplicate: '重复线索',
}
const STAGES: Record<string, string> = { running: '办理中', determined: '已认定', archived: '已建档', refused: '未纳入', ended: '已终止' }
const FIELDS: Record<string, string> = { id_number: '证件号码', phone: '联系电话' }
/** Filters of the lists, by the names the chain keeps. */
const FILTERS: Record<string, string> = {
  division: '区划', text: '查找内容', monitored: '监测情况', household_type: '户类型', status: '状态', channel: '来源', household: '农户', stage: '阶段', step: '步骤',
  overdue: '期限', from: '开始日期', to: '结束日期', operation: '操作', actor: '操作人',
}
const short = (text: string) => (text.length > 12 ? `${text.slice(0, 12)}…` : text)

const PARTS: Record<string, (value: string) => string> = {
  version: (value) => `第 ${value} 版`,
  stage: (value) => STAGES[value] ?? value,
  on: (value) => `办理日期 ${value}`,
  from: (value) => `${value} 起`,
  today: (value) => `改为 ${value}`,
  kind: (value) => CHANGE_MENU.find((item) => item.kind === value)?.label ?? value,
  fields: (value) => value.split('+').map((field) => FIELDS[field] ?? field).join('、'),
  purpose_digest: (value) => `事由摘要 ${short(value)}`,
  channel: (value) => `渠道：${LEADS[value] ?? value}`,
  merged: (value) => (value === 'true' ? '并入未办结的线索' : ''),
  joined: (value) => (value === 'true' ? '并入正在办的事项' : ''),
  households: (value) => `${value} 户`,
  count: (value) => `${value} 个`,
  created: (value) => `新增 ${value} 户`,
  changed: (value) => `变动 ${value} 户`,
  unchanged: (value) => `不变 ${value} 户`,
  refused: (value) => `不导入 ${value} 户`,
  cases: (value) => `${value} 件`,
  people: (value) => `${value} 人`,
  bytes: (value) => `${value} 字节`,
  deputy: (value) => `代理人账户 …${value.slice(-8)}`,
  proposed_by: (value) => `提出人账户 …${value.slice(-8)}`,
  last_day: (value) => `到 ${value} 为止`,
  handed_over_to: (value) => `移交给账户 …${value.slice(-8)}`,
  jurisdiction: (value) => `区划 ${value}`,
  digest: (value) => `内容摘要 ${short(value)}`,
  rows: (value) => `${value} 行`,
  columns: (value) => `${value.split('+').length} 列`,
  filters: (value) => `筛选：${value.split('+').map((name) => FILTERS[name] ?? name).join('、')}`,
  division: (value) => `区划 ${value}`,
  old: (value) => `原为 ${value}`,
  new: (value) => `更正为 ${value}`,
  file: (value) => `文件摘要 ${short(value)}`,
  photos: (value) => (value === '0' ? '' : `照片 ${value} 张`),
  tasks: (value) => `${value} 项`,
  villages: (value) => `${value} 个村`,
  written: (value) => `写入内容摘要 ${short(value)}`,
  members: (value) => `${value} 人`,
  pack: (value) => `政策包 ${value}`,
  until: (value) => (value === 'open' ? '没有定停用日期' : `到 ${value} 之前`),
  amount_yuan: (value) => `${value} 元`,
  year: (value) => `${value} 年`,
  edition: (value) => `第 ${value} 次`,
  scene: (value) => `演示场景 ${value}`,
}

/** Choices that stand by themselves. */
const CHOICES: Record<string, string> = { keep_ours: '不一样的，保留档案里的', take_theirs: '不一样的，以文件为准' }

/** `version=11 stage=determined on=2022-05-19` → `第 11 版，已认定，办理日期 2022-05-19`. */
export function detailWords(detail: string): string {
  return detail
    .split(' ')
    .map((part) => {
      const at = part.indexOf('=')
      const words = at > 0 ? PARTS[part.slice(0, at)] : undefined
      return words ? words(part.slice(at + 1)) : (LEADS[part] ?? CHOICES[part] ?? part)
    })
    .filter(Boolean)
    .join('，')
}

/** One chain for the platform, one for each county. */
export const chainWords = (chain: string) => (chain === 'system' ? '平台' : chain)
