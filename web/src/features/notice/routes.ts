import { Postcard } from '@element-plus/icons-vue'
import type { Feature } from '@/router/feature'

const feature: Feature = {
  routes: [
    {
      path: '/notices',
      component: () => import('./NoticeListPage.vue'),
      meta: { title: '公示', operations: ['notice.read'] },
    },
    {
      path: '/notices/new',
      component: () => import('./NoticeNewPage.vue'),
      meta: { title: '张贴公示', operations: ['casefile.post_notice'] },
    },
    {
      path: '/notices/:id',
      component: () => import('./NoticePage.vue'),
      meta: { title: '公示详情', operations: ['notice.read'] },
    },
  ],
  menu: [{ label: '公示与异议', to: '/notices', icon: Postcard, operations: ['notice.read'], group: '监测识别', order: 4 }],
}
export default feature
