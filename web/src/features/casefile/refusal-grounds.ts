import type { Coded } from '@/api/types'

/**
 * Grounds of a refusal a person may choose. The documents list none (they only forbid some: the pack's
 * `forbidden_grounds`), so these are practice; the reason in words decides.
 */
export const refusalGrounds: Coded[] = [
  { code: 'combined_judgement', label: '四个方面综合研判，不符合监测对象条件' },
  { code: 'no_risk', label: '核实后没有返贫致贫风险' },
  { code: 'solved_by_ordinary_policy', label: '风险已由常规政策解决' },
  { code: 'untrue_statement', label: '所提供的情况经核实不真实' },
]
