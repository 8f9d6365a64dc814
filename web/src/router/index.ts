import { createRouter, createWebHistory } from 'vue-router'
import AppLayout from '@/layout/AppLayout.vue'
import { useSessionStore } from '@/stores/session'
import { onSignedOut } from '@/api/client'
import { features } from './feature'

export function createShouwangRouter() {
  const routes = features.flatMap((feature) => feature.routes)
  const router = createRouter({
    history: createWebHistory(),
    routes: [
      ...routes.filter((route) => route.meta?.public),
      {
        path: '/',
        component: AppLayout,
        children: [
          { path: '', redirect: '/workbench' },
          ...routes.filter((route) => !route.meta?.public),
          {
            path: ':unknown(.*)*',
            component: () => import('@/layout/NotFoundPage.vue'),
            meta: { title: '没有这个页面' },
          },
        ],
      },
    ],
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  })

  router.beforeEach(async (to) => {
    if (to.meta.public) return true
    const session = useSessionStore()
    await session.ensureLoaded()
    if (!session.me) return { name: 'sign-in', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
    const { must_change_password, totp_required, totp_enabled } = session.me.account
    const roleless = session.me.roles.length === 0
    if ((must_change_password || roleless || (totp_required && !totp_enabled)) && to.name !== 'own-account') return { name: 'own-account' }
    if (to.meta.operations && !session.canAny(to.meta.operations)) return { name: 'not-allowed' }
    return true
  })
  router.afterEach((to) => {
    document.title = to.meta.title ? `${to.meta.title} · 守望` : '守望 · 防止返贫致贫监测帮扶'
  })

  // A session can end while a page is open (idle limit, signed in elsewhere): go back to the door, remember the page.
  onSignedOut(() => {
    useSessionStore().forget()
    const here = router.currentRoute.value
    if (!here.meta.public) void router.replace({ name: 'sign-in', query: { next: here.fullPath } })
  })
  return router
}
