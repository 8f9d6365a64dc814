import { DataLine } from '@element-plus/icons-vue'
import type { Feature } from '@/router/feature'

const feature: Feature = {
  routes: [
    { path: '/monitoring-lines', component: () => import('./LineListPage.vue'), meta: { title: '监测范围', operations: ['monitoring_line.read'] } },
    { path: '/monitoring-lines/new', component: () => import('./LineDraftPage.vue'), meta: { title: '起草监测范围', operations: ['monitoring_line.draft'] } },
    { path: '/monitoring-lines/what-if', component: () => import('./WhatIfPage.vue'), meta: { title: '试算影响', operations: ['monitoring_line.draft', 'supervision.read'] } },
    { path: '/monitoring-lines/:id', component: () => import('./LinePage.vue'), meta: { title: '监测范围', operations: ['monitoring_line.read'] } },
    { path: '/monitoring-lines/:id/draft', component: () => import('./LineDraftPage.vue'), meta: { title: '修改监测范围', operations: ['monitoring_line.draft'] } },
  ],
  menu: [{ label: '监测范围', to: '/monitoring-lines', icon: DataLine, operations: ['monitoring_line.read'], group: '政策与管理', order: 3 }],
}
export default feature
