import { Calendar, Collection, Reading, Switch } from '@element-plus/icons-vue'
import type { Feature } from '@/router/feature'

const feature: Feature = {
  routes: [
    {
      path: '/policy/packs',
      component: () => import('./PackListPage.vue'),
      meta: { title: '政策包', operations: ['policy.read'] },
    },
    {
      path: '/policy/packs/:id',
      component: () => import('./PackPage.vue'),
      meta: { title: '政策包', operations: ['policy.read'] },
    },
    {
      path: '/policy/in-force',
      component: () => import('./AdoptionPage.vue'),
      meta: { title: '政策在用', operations: ['policy.read'] },
    },
    {
      path: '/policy/compare',
      component: () => import('./ComparePage.vue'),
      meta: { title: '政策包对比', operations: ['policy.read'] },
    },
    {
      path: '/policy/clauses',
      component: () => import('./ClausePage.vue'),
      meta: { title: '条款原文', operations: ['policy.read'] },
    },
  ],
  menu: [
    { label: '政策包', to: '/policy/packs', icon: Collection, operations: ['policy.read'], group: '政策与管理', order: 1 },
    { label: '政策在用', to: '/policy/in-force', icon: Calendar, operations: ['policy.read'], group: '政策与管理', order: 2 },
    { label: '政策包对比', to: '/policy/compare', icon: Switch, operations: ['policy.put_in_force'], group: '政策与管理', order: 3 },
    { label: '条款原文', to: '/policy/clauses', icon: Reading, operations: ['policy.read'], group: '政策与管理', order: 4 },
  ],
}
export default feature
