import { ChatLineSquare, Files } from '@element-plus/icons-vue'
import type { Feature } from '@/router/feature'

export default {
  routes: [
    { path: '/casefiles', name: 'casefiles', component: () => import('./CasefileListPage.vue'), meta: { title: '识别认定', operations: ['casefile.read'] } },
    { path: '/casefiles/:id', name: 'casefile', component: () => import('./CasefilePage.vue'), props: true, meta: { title: '识别认定事项', operations: ['casefile.read'] } },
    { path: '/appraisals/new', name: 'appraisal-new', component: () => import('./AppraisalPage.vue'), meta: { title: '召开民主评议', operations: ['casefile.appraise'] } },
  ],
  menu: [
    { label: '识别认定', to: '/casefiles', icon: Files, operations: ['casefile.read'], group: '监测识别', order: 2 },
    { label: '民主评议', to: '/appraisals/new', icon: ChatLineSquare, operations: ['casefile.appraise'], group: '监测识别', order: 3 },
  ],
} satisfies Feature
