/** The audit chain's short codes in the words of the office. What this list does not know is shown as written. */
import { CHANGE_MENU } from '@/features/household/changes'

export const OPERATIONS: Record<string, string> = {
  'session.started': '登录',
  'session.refused': '登录被拒',
  'session.ended': '退出登录',
  'account.bootstrap': '建立首个管理员',
  'account.created': '新建账户',
  'account.enabled': '启用账户',
  'account.disabled': '停用账户',
  'account.password_changed': '修改密码',
  'account.password_reset': '重置密码',
  'account.totp_started': '开始绑定动态口令',
  'account.totp_confirmed': '绑定动态口令',
  'account.deputy_named': '指定代理人',
  'role.requested': '申请岗位',
  'role.granted': '批准岗位',
  'role.refused': '不批准岗位',
  'role.withdrawn': '收回岗位',
  'audit.purpose_read': '查看事由',
  'grid.added': '新建网格',
  'household.added': '新建农户档案',
  'household.changed': '登记农户变动',
  'household.revealed': '查看完整证件号或电话',
  'lead.registered': '登记线索',
  'lead.matched': '线索对应农户',
  'lead.concluded': '办结线索',
  'casefile.opened': '开始识别认定',
  'casefile.verify_home': '入户核实',
  'casefile.sign_letter': '签订承诺授权书',
  'casefile.request_cross_check': '提交信息比对',
  'casefile.forward_cross_check': '转报信息比对',
  'casefile.answer_cross_check': '反馈信息比对',
  'casefile.reuse_cross_check': '沿用低保核对结果',
  'casefile.resolve_discrepancy': '核实疑点',
  'casefile.acknowledge_discrepancy': '知悉后到的疑点',
  'casefile.conclude_cross_check': '办结信息比对',
  'casefile.record_appraisal': '民主评议结果',
  'casefile.post_notice': '列入公示',
  'casefile.file_objection': '登记异议',
  'casefile.answer_objection': '答复异议',
  'casefile.review': '乡级审核',
  'casefile.decide': '县级审批',
  'casefile.acknowledge_decision': '签收审批结果',
  'casefile.announce': '结果公告',
  'casefile.archive': '录入建档',
  'casefile.inform_household': '告知农户',
  'casefile.request_recheck': '申请再次核查',
  'casefile.end': '终止',
  'casefile.state_paper': '说明纸质件存放处',
  'casefile.request_correction': '申请更正',
  'casefile.decide_correction': '审批更正',
  'correction.listed': '查看待审批的更正',
  'casefile.explain_overdue': '说明逾期原因',
  'cross_check.listed': '导出待比对名单',
  'appraisal.recorded': '登记民主评议会议',
  'notice.posted': '张贴公示',
  'submission_list.submitted': '报送名单',
  'submission_list.no_adjustment': '登记本月无调整',
  'submission_list.received': '接收名单',
  'submission_list.returned': '整份退回名单',
  'submission_list.withdrawn': '撤回名单',
  'submission_list.printed': '打印名单',
  'submission_list.exported': '导出名单',
  'casefile.submit_to_county': '镇政府上报',
  'casefile.notify_township': '书面通知乡镇',
  'paper.taken': '下载或打印文书',
  'name_protection.requested': '提出公示用名',
  'name_protection.approved': '批准公示用名',
  'name_protection.refused': '不批准公示用名',
  'name_protection.ended': '结束公示用名',
  'paper_template.uploaded': '上传文书模板',
  'paper_template.put_in_use': '启用文书模板',
  'attachment.added': '上传附件',
  'duplicate.closed': '办结重复证件号',
  'supervision.opened': '说明事由后查看事项',
  'import.receive': '上传导入文件',
  'import.map': '对应导入列',
  'import.merge_start': '决定合并导入数据',
  'import.merge': '合并导入数据',
  'export.national_written': '写完全国样式表格',
  'import.merge_villages': '合并行政村信息',
  'import.cancel': '停止导入',
  'import.resume': '继续导入',
  'import.refuse': '拒收导入文件',
  'import.corrections': '导出待改清单',
  'export.national': '导出全国系统表格',
  'policy.drafted': '起草启用政策包',
  'policy.put_in_force': '启用政策包',
  'keys.retire': '停用旧密钥',
  'policy.ended': '停用政策包',
  'policy.reopened': '恢复执行政策包',
  'policy.withdrawn': '撤回启用政策包',
  'keys.reseal': '更换加密密钥',
  'demo.clock_moved': '调整演示日期',
  'demo.accounts_added': '生成演示账户',
  'demo.divisions_added': '生成演示区划',
  'demo.village_reported': '生成演示行政村信息',
  'demo.grids_added': '生成演示网格',
  'demo.households_added': '生成演示农户',
}

export const operationWords = (code: string) => OPERATIONS[code] ?? code

const SUBJECTS: Record<string, string> = {
  account: '账户',
  household: '农户档案',
  lead: '线索',
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
}

/** `casefile/01a2…71` → `识别认定事项 …8e71`: enough of the id to tell one from another. */
export function subjectWords(subject: string): string {
  const [area = '', id = ''] = subject.split('/')
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
  handed_over_to: (value) => `移交给账户 …${value.slice(-8)}`,
  jurisdiction: (value) => `区划 ${value}`,
  digest: (value) => `内容摘要 ${short(value)}`,
  file: (value) => `文件摘要 ${short(value)}`,
}

/** `version=11 stage=determined on=2022-05-19` → `第 11 版，已认定，办理日期 2022-05-19`. */
export function detailWords(detail: string): string {
  return detail
    .split(' ')
    .map((part) => {
      const at = part.indexOf('=')
      const words = at > 0 ? PARTS[part.slice(0, at)] : undefined
      return words ? words(part.slice(at + 1)) : (LEADS[part] ?? part)
    })
    .filter(Boolean)
    .join('，')
}

/** One chain for the platform, one for each county. */
export const chainWords = (chain: string) => (chain === 'system' ? '平台' : chain)
