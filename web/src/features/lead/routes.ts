import { Bell, ChatLineSquare } from '@element-plus/icons-vue'
import type { Feature } from '@/router/feature'

export default {
  routes: [
    { path: '/leads', name: 'leads', component: () => import('./LeadListPage.vue'), meta: { title: '风险线索', operations: ['lead.read'] } },
    { path: '/leads/new', name: 'lead-new', component: () => import('./LeadRegisterPage.vue'), meta: { title: '登记线索', operations: ['lead.register'] } },
    { path: '/leads/:id', name: 'lead', component: () => import('./LeadPage.vue'), props: true, meta: { title: '线索', operations: ['lead.read'] } },
    { path: '/complaints', name: 'complaints', component: () => import('./ComplaintListPage.vue'), meta: { title: '干部问题反映', operations: ['complaint.handle'] } },
  ],
  menu: [
    { label: '风险线索', to: '/leads', icon: Bell, operations: ['lead.read'], group: '监测识别', order: 1 },
    // Departments report leads and read none: their way in is the form.
    { label: '登记线索', to: '/leads/new', icon: Bell, operations: ['lead.register'], unless: ['lead.read'], group: '监测识别', order: 1 },
    { label: '干部问题反映', to: '/complaints', icon: ChatLineSquare, operations: ['complaint.handle'], group: '监测识别', order: 9 },
  ],
} satisfies Feature
