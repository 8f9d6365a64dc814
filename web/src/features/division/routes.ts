import { OfficeBuilding } from '@element-plus/icons-vue'
import type { Feature } from '@/router/feature'

const feature: Feature = {
  routes: [
    {
      path: '/villages',
      component: () => import('./VillagePage.vue'),
      meta: { title: '行政村', operations: ['household.read'] },
    },
  ],
  menu: [{ label: '行政村', to: '/villages', icon: OfficeBuilding, operations: ['household.read'], group: '数据', order: 20 }],
}
export default feature
