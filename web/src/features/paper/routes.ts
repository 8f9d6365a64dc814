import { Document, Hide } from '@element-plus/icons-vue'
import type { Feature } from '@/router/feature'

const feature: Feature = {
  routes: [
    {
      path: '/name-protections',
      component: () => import('./NameProtectionPage.vue'),
      meta: { title: '公示用名', operations: ['name_protection.request', 'name_protection.decide'] },
    },
    {
      path: '/paper-templates',
      component: () => import('./TemplatePage.vue'),
      meta: { title: '文书模板', operations: ['paper_template.manage'] },
    },
  ],
  menu: [
    { label: '公示用名', to: '/name-protections', icon: Hide, operations: ['name_protection.request', 'name_protection.decide'], group: '监测识别', order: 5 },
    { label: '文书模板', to: '/paper-templates', icon: Document, operations: ['paper_template.manage'], group: '政策与管理', order: 3 },
  ],
}
export default feature
