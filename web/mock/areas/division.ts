import type { MockHandlers } from '../plugin'

const tree = [
  { code: '410327000000', name: '宜阳县', level: 'county', parent: '', path: '河南省/洛阳市' },
  { code: '410327101000', name: '香鹿山镇', level: 'township', parent: '410327000000', path: '河南省/洛阳市/宜阳县' },
  { code: '410327102000', name: '盐镇乡', level: 'township', parent: '410327000000', path: '河南省/洛阳市/宜阳县' },
  { code: '410327101201', name: '上河村', level: 'village', parent: '410327101000', path: '河南省/洛阳市/宜阳县/香鹿山镇' },
  { code: '410327101202', name: '下河村', level: 'village', parent: '410327101000', path: '河南省/洛阳市/宜阳县/香鹿山镇' },
]
const shown = (one: (typeof tree)[number]) => ({ ...one, kind: 'village', child_count: tree.filter(({ parent }) => parent === one.code).length })

export const handlers: MockHandlers = {
  'GET /divisions': ({ query }) => tree.filter(({ parent }) => parent === (query.get('parent') ?? '')).map(shown),
  'GET /divisions/search': ({ query }) => tree.filter(({ name }) => name.includes(query.get('q') ?? '')).map(shown),
  'GET /divisions/:code': ({ params }) => ({ ...shown(tree.find(({ code }) => code === params.code) ?? tree[0]!), path: [] }),
}
