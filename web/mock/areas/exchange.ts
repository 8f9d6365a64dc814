/** Three invented imports: one to review, one that is running, one merged. */
import { answer, type MockHandlers } from '../plugin'
import { kept } from '../state'
import { page } from './household'
import type { Finding, ImportColumn, ImportJob, PreviewRow } from '../../src/features/exchange/types'

const column = (header: string, status: ImportColumn['status'], field: string | null = header, required = false): ImportColumn => ({ header, field, field_label: field, status, required })

const reviewed: ImportJob = {
  id: 'import-1', file_name: '监测对象信息_20220516.xlsx', layout: 'national-2022', status: 'in_review', progress: null,
  sheets: [
    {
      name: '监测对象信息', kind: 'monitored', header_row: 3, rows: 1286,
      columns: [
        column('行政区划代码', 'matched', '行政区划代码', true), column('户编号', 'matched', '户编号', true), column('成员姓名', 'alias', '姓名', true), column('身份证号', 'alias', '证件号码', true),
        column('与户主关系', 'matched', '与户主关系', true), column('联系电话', 'moved', '联系电话'), column('健康', 'unknown', null), column('备注2', 'unknown', null),
        column('劳动技能', 'duplicate', '劳动技能'), column('健康状况', 'missing', '健康状况', true), column('是否现役军人', 'missing', '是否现役军人'),
      ],
    },
    { name: '已外出务工', kind: 'migrant_working', header_row: 3, rows: 412, columns: [column('姓名', 'matched'), column('务工所在县', 'matched'), column('月收入（元）', 'matched')] },
    { name: 'Sheet3', kind: null, header_row: null, rows: 0, columns: [] },
  ],
  counts: { rows: 1698, households: 418, persons: 1286, accepted: 1652, rejected_rows: 46, errors: 53, warnings: 117, new_households: 12, changed: 61, unchanged: 331 },
  duplicate_of: null, created_at: '2022-05-17T01:20:00Z', created_by: '邵望秋',
}
const merged: ImportJob = { ...reviewed, id: 'import-0', file_name: '脱贫户信息_20220402.xlsx', status: 'merged', counts: { ...reviewed.counts, rows: 5210, households: 1502, errors: 9 }, created_at: '2022-04-02T02:11:00Z' }

const jobs = () => kept<ImportJob[]>('imports', () => [reviewed, merged])
const find = (id: string) => jobs().find((job) => job.id === id)!

const KINDS: [code: string, label: string, severity: Finding['severity'], count: number, header: string, value: string, message: string, suggestion: string | null][] = [
  ['id_checksum', '证件号码校验位不对', 'error', 21, '身份证号', '980327197203150000', '18 位证件号码最后一位应为 8，多半是抄错了一位。', '核对证件原件'],
  ['id_scientific', '证件号码变成了科学计数', 'error', 14, '身份证号', '9.80327E+17', '表格把号码当数字存了，后几位已经丢失。', '把这一列设为文本后重新填写'],
  ['household_key_empty', '户编号是空的', 'error', 11, '户编号', '', '没有户编号，不知道属于哪一户；不会并成一个大户。', '补上户编号'],
  ['sex_mismatch', '性别与证件号码不符', 'error', 7, '性别', '女', '证件号码第 17 位是单数，应为男。', '核对性别或证件号码'],
  ['phone_shared', '两户共用一个电话', 'warning', 64, '联系电话', '199****4411', '与同村另一户的电话相同。', null],
  ['education_both', '文化程度和在校生状况都填了', 'warning', 53, '在校生状况', '七年级', '两项只能填一项。', '在校的不填文化程度'],
]
const findings: Finding[] = KINDS.flatMap(([code, , severity, count, header, value, message, suggestion], kind) =>
  Array.from({ length: count }, (_, index) => ({ sheet: '监测对象信息', row: 4 + kind * 90 + index * 3, column: 'CDEFGH'[kind]!, header, value, code, message, severity, suggestion })),
)

const preview: PreviewRow[] = Array.from({ length: 73 }, (_, index) => ({
  household_code: index % 9 === 8 ? null : `4103271010${String(20 + index)}`, head_name: `${'麦河川岭溪柳荞粟'[index % 8]}${['守田', '青禾', '向阳'][index % 3]}`, persons: 2 + (index % 4),
  verdict: (['changed', 'new', 'changed', 'unchanged', 'rejected'] as const)[index % 5]!,
  differences: index % 5 === 0 || index % 5 === 2 ? [{ field_label: '联系电话', ours: '199****0007', theirs: '199****1311' }, { field_label: '务工时间（月）', ours: null, theirs: '9' }] : [],
}))

/** Moves the running job on at every look, so that the progress bar can be seen working. */
function tick(job: ImportJob): ImportJob {
  if (job.progress && (job.status === 'checking' || job.status === 'merging')) {
    job.progress.done = Math.min(job.progress.total, job.progress.done + 260)
    if (job.progress.done >= job.progress.total) {
      job.status = job.status === 'merging' ? 'merged' : 'in_review'
      job.progress = null
    }
  }
  return job
}

export const handlers: MockHandlers = {
  'GET /imports': ({ query }) => page(jobs(), query.get('cursor'), 20),
  'POST /imports': () => {
    const job: ImportJob = { ...structuredClone(reviewed), id: `import-${jobs().length}`, file_name: '新上传的表格.xlsx', status: 'checking', progress: { phase: 'checking', done: 0, total: 1698 }, created_at: new Date().toISOString() }
    jobs().unshift(job)
    return job
  },
  'GET /imports/:id': ({ params }) => tick(find(params.id!)),
  'GET /imports/:id/findings/summary': () => KINDS.map(([code, label, severity, count]) => ({ code, label, severity, count })),
  'GET /imports/:id/findings': ({ query }) => page(
    findings.filter((one) => (!query.get('code') || one.code === query.get('code')) && (!query.get('severity') || one.severity === query.get('severity'))),
    query.get('cursor'),
    50,
  ),
  'GET /imports/:id/preview': ({ query }) => page(preview, query.get('cursor')),
  'POST /imports/:id/mapping': ({ params, body }) => {
    const job = find(params.id!)
    for (const one of body.columns) {
      const sheet = job.sheets.find((candidate) => candidate.name === one.sheet)!
      const target = sheet.columns.find((candidate) => candidate.header === one.header)!
      Object.assign(target, { status: 'alias', field: one.field, field_label: one.field })
      sheet.columns = sheet.columns.filter((candidate) => candidate.status !== 'missing' || candidate.field !== one.field)
    }
    return job
  },
  'POST /imports/:id/merge': ({ params }) => Object.assign(find(params.id!), { status: 'merging', progress: { phase: 'merging', done: 0, total: 1652 } }),
  'POST /imports/:id/cancel': ({ params }) => Object.assign(find(params.id!), { status: 'cancelled', progress: null }),
  'POST /imports/:id/resume': ({ params }) => Object.assign(find(params.id!), { status: 'checking', progress: { phase: 'checking', done: 800, total: 1698 } }),
  'POST /imports/:id/refuse': ({ params }) => Object.assign(find(params.id!), { status: 'refused', progress: null }),
  'GET /imports/:id/corrections.xlsx': () => answer(200, '（模拟）', 'text/plain; charset=utf-8'),
  'GET /exports/national.xlsx': () => answer(200, '（模拟）', 'text/plain; charset=utf-8'),
}
