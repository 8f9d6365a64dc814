import { DataAnalysis } from '@element-plus/icons-vue'
import type { Feature } from '@/router/feature'

const feature: Feature = {
  routes: [
    {
      path: '/supervision',
      component: () => import('./SupervisionPage.vue'),
      meta: { title: '办理监督', operations: ['supervision.read'] },
    },
  ],
  menu: [{ label: '办理监督', to: '/supervision', icon: DataAnalysis, operations: ['supervision.read'], group: '监督', order: 10 }],
}
export default feature
