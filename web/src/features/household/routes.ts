import { House, Switch } from '@element-plus/icons-vue'
import type { Feature } from '@/router/feature'

const feature: Feature = {
  routes: [
    {
      path: '/households',
      component: () => import('./HouseholdSearchPage.vue'),
      meta: { title: '农户', operations: ['household.read'] },
    },
    {
      path: '/households/:id',
      component: () => import('./HouseholdFilePage.vue'),
      meta: { title: '农户档案', operations: ['household.read'] },
    },
    {
      path: '/handovers',
      component: () => import('./HandoverPage.vue'),
      meta: { title: '移交的农户', operations: ['household.hand_over'] },
    },
  ],
  menu: [
    { label: '农户', to: '/households', icon: House, operations: ['household.read'], group: '监测识别', order: 10 },
    { label: '移交的农户', to: '/handovers', icon: Switch, operations: ['household.hand_over'], group: '监测识别', order: 11 },
  ],
}
export default feature
