import { HomeFilled } from '@element-plus/icons-vue'
import type { Feature } from '@/router/feature'

export default {
  routes: [{ path: '/workbench', name: 'workbench', component: () => import('./WorkbenchPage.vue'), meta: { title: '工作台' } }],
  menu: [{ label: '工作台', to: '/workbench', icon: HomeFilled, operations: [], group: '今日', order: 1 }],
} satisfies Feature
