import { Upload } from '@element-plus/icons-vue'
import type { Feature } from '@/router/feature'

const feature: Feature = {
  routes: [
    {
      path: '/imports',
      component: () => import('./ImportListPage.vue'),
      meta: { title: '导入与导出', operations: ['import.run', 'export.run'] },
    },
    {
      path: '/imports/:id',
      component: () => import('./ImportPage.vue'),
      meta: { title: '导入', operations: ['import.run'] },
    },
  ],
  menu: [{ label: '导入与导出', to: '/imports', icon: Upload, operations: ['import.run', 'export.run'], group: '数据', order: 10 }],
}
export default feature
