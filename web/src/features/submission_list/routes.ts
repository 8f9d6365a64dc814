import { Tickets } from '@element-plus/icons-vue'
import type { Feature } from '@/router/feature'

const feature: Feature = {
  routes: [
    {
      path: '/submission-lists',
      component: () => import('./SubmissionListsPage.vue'),
      meta: { title: '名单', operations: ['submission_list.read'] },
    },
    {
      path: '/submission-lists/new',
      component: () => import('./DrawUpPage.vue'),
      meta: { title: '拟定名单', operations: ['submission_list.submit'] },
    },
    {
      path: '/submission-lists/:id',
      component: () => import('./SubmissionListPage.vue'),
      meta: { title: '名单详情', operations: ['submission_list.read'] },
    },
  ],
  menu: [{ label: '名单', to: '/submission-lists', icon: Tickets, operations: ['submission_list.read'], group: '监测识别', order: 5 }],
}
export default feature
