/** Labels the mock needs to answer with; the lists themselves come from the real packs (areas/policy.ts). */
export const channelLabels: Record<string, string> = {
  self_declaration: '农户自主申报',
  cadre_visit: '基层干部排查',
  department_warning: '部门筛查预警',
}
export const outcomeLabels: Record<string, string> = {
  identification: '进入识别认定',
  no_risk: '暂无风险',
  solved_by_ordinary_policy: '常规政策已解决',
  already_monitored: '已是监测对象',
  cleared_earlier: '曾标注风险消除，重新识别认定',
  another_area: '不属本地',
  duplicate: '重复登记',
}
