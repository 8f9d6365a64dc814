import type { Vocabulary } from '../src/api/types'

const coded = (pairs: string) => pairs.split(' ').map((pair) => ({ code: pair.split(':')[0]!, label: pair.split(':')[1]! }))

/** What `GET /policy/vocabulary` answers; words follow policy/packs/henan-2022. */
export const vocabulary: Vocabulary = {
  channels: [
    { code: 'self_declaration', label: '农户自主申报', clause: 'HN22-050' },
    { code: 'cadre_visit', label: '基层干部排查', clause: 'HN22-050' },
    { code: 'department_warning', label: '部门筛查预警', clause: 'HN22-050' },
    { code: 'hotline', label: '12317 热线', clause: 'WY21-042' },
    { code: 'petition', label: '信访', clause: 'WY21-042' },
    { code: 'media', label: '媒体反映', clause: 'WY21-042' },
  ],
  discovery_modes: coded('sweep:定期全面排查 real_time:实时重点发现'),
  declaration_means: [
    { code: 'window', label: '镇村窗口', flag: false },
    { code: 'phone', label: '电话', flag: false },
    { code: 'proxy', label: '他人代办', flag: true },
  ],
  lead_outcomes: [
    { code: 'identification', label: '进入识别认定', flag: false, clause: 'HN22-050' },
    { code: 'no_risk', label: '暂无风险', flag: true, clause: null },
    { code: 'solved_by_ordinary_policy', label: '常规政策已解决', flag: true, clause: null },
    { code: 'already_monitored', label: '已是监测对象，并入在帮扶的一轮', flag: false, clause: null },
    { code: 'cleared_earlier', label: '曾标注风险消除，重新识别认定', flag: false, clause: 'HN22-097' },
    { code: 'another_area', label: '不属本地，转有关地方', flag: true, clause: null },
    { code: 'duplicate', label: '重复登记', flag: false, clause: null },
  ],
  categories: [
    { code: 'lifted_unstable', label: '脱贫不稳定户', note: '脱贫户，人均纯收入在监测范围内，有返贫风险' },
    { code: 'marginal_at_risk', label: '边缘易致贫户', note: '一般农户，人均纯收入在监测范围内，有致贫风险' },
    { code: 'sudden_severe_hardship', label: '突发严重困难户', note: '人均纯收入超过监测范围，但刚性支出较大或收入大幅缩减，基本生活出现严重困难' },
  ],
  dimensions: [
    { code: 'income_and_expenditure', label: '家庭收入支出', clause: 'HN22-012' },
    { code: 'three_guarantees', label: '“三保障”', clause: 'HN22-012' },
    { code: 'drinking_water_safety', label: '饮水安全', clause: 'HN22-012' },
    { code: 'risk', label: '返贫致贫风险', clause: 'HN22-012' },
  ],
  difficulty_areas: [
    { code: 'medical_care', label: '就医', clause: 'HN22-064' },
    { code: 'schooling', label: '上学', clause: 'HN22-064' },
    { code: 'employment', label: '就业', clause: 'HN22-064' },
    { code: 'entrepreneurship', label: '创业', clause: 'HN22-064' },
  ],
  risk_types: coded(
    'illness:因病 schooling:因学 disability:因残 natural_disaster:因自然灾害 accident:因意外事故 failed_industry_project:因产业项目失败 unstable_employment:因务工就业不稳 lack_of_labour:缺劳动力 unsafe_housing:因安全住房 unsafe_drinking_water:因安全饮水 other:其他',
  ),
  lawful_ends: coded('all_members_died:全部成员去世 moved_out:户籍迁出 merged:并入他户 split:分户 lost_contact:失去联系 withdrawn:农户自愿撤回 refuses_to_sign:拒绝签订承诺授权书'),
  forbidden_grounds: [
    { code: 'income_alone', label: '只因收入超过监测范围' },
    { code: 'scale_limit', label: '名额或规模已满' },
  ],
  grid_staff: [],
  code_lists: {},
}

const quotes: Record<string, [string, string]> = {
  'HN22-050': ['二（一）3（1）', '针对基层干部排查、部门筛查预警、农户自主申报等途径发现的风险线索…进行入户核实，填写《防止返贫动态监测排查表》'],
  'HN22-051': ['二（一）3（1）', '有申报监测对象意愿的农户，逐户签订承诺授权书'],
  'HN22-054': ['二（一）3（3）', '在村内进行公示，公示时间不少于5天'],
  'HN22-060': ['二（一）4（1）', '从…发现风险线索之日起，到县级完成审核批准时间，一般不超过15天'],
  'HN22-064': ['二（一）4（2）', '既要参考收入，又不能唯收入，要综合研判收入支出、“三保障”和饮水安全状况，以及在就医、上学、就业、创业等方面存在的实际困难和潜在风险'],
  'HN22-011': ['二（一）1', '2022年防返贫监测范围以家庭年人均纯收入6900元为参考'],
}
export function clauseOf(id: string) {
  const [section, quote] = quotes[id] ?? ['—', '（模拟数据未收录这一条的原文）']
  return { id, document: '2022年防止返贫监测帮扶集中排查工作方案', section, quote, parameters: '-' }
}
