import { Finished } from '@element-plus/icons-vue'
import type { Feature } from '@/router/feature'

const feature: Feature = {
  routes: [
    {
      path: '/audit',
      component: () => import('./AuditPage.vue'),
      meta: { title: '审计', operations: ['audit.read'] },
    },
  ],
  menu: [{ label: '审计', to: '/audit', icon: Finished, operations: ['audit.read'], group: '政策与管理', order: 50 }],
}
export default feature
