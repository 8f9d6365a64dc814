import { ChatLineSquare, DataAnalysis, EditPen, Files } from '@element-plus/icons-vue'
import type { Feature } from '@/router/feature'

export default {
  routes: [
    { path: '/casefiles', name: 'casefiles', component: () => import('./CasefileListPage.vue'), meta: { title: '识别认定', operations: ['casefile.read'] } },
    { path: '/casefiles/:id', name: 'casefile', component: () => import('./CasefilePage.vue'), props: true, meta: { title: '识别认定事项', operations: ['casefile.read'] } },
    { path: '/appraisals/new', name: 'appraisal-new', component: () => import('./AppraisalPage.vue'), meta: { title: '召开民主评议', operations: ['casefile.appraise'] } },
    { path: '/corrections', name: 'corrections', component: () => import('./CorrectionPage.vue'), meta: { title: '审批更正', operations: ['casefile.approve_correction'] } },
    { path: '/cross-checks', name: 'cross-checks', component: () => import('./CrossCheckPage.vue'), meta: { title: '信息比对', operations: ['casefile.cross_check_county'] } },
  ],
  menu: [
    { label: '识别认定', to: '/casefiles', icon: Files, operations: ['casefile.read'], group: '监测识别', order: 2 },
    { label: '民主评议', to: '/appraisals/new', icon: ChatLineSquare, operations: ['casefile.appraise'], group: '监测识别', order: 3 },
    { label: '信息比对', to: '/cross-checks', icon: DataAnalysis, operations: ['casefile.cross_check_county'], group: '监测识别', order: 3 },
    { label: '审批更正', to: '/corrections', icon: EditPen, operations: ['casefile.approve_correction'], group: '监测识别', order: 5 },
  ],
} satisfies Feature
