import type { Feature } from '@/router/feature'

export default {
  routes: [
    { path: '/sign-in', name: 'sign-in', component: () => import('./SignInPage.vue'), meta: { public: true, title: '登录' } },
    { path: '/own-account', name: 'own-account', component: () => import('./OwnAccountPage.vue'), meta: { title: '账户与安全' } },
    { path: '/not-allowed', name: 'not-allowed', component: () => import('@/layout/NotFoundPage.vue'), props: { denied: true }, meta: { title: '没有权限' } },
  ],
} satisfies Feature
