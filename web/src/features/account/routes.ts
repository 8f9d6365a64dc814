import { Grid, Key, Stamp, Switch, User } from '@element-plus/icons-vue'
import type { Feature } from '@/router/feature'

const feature: Feature = {
  routes: [
    {
      path: '/accounts',
      component: () => import('./AccountListPage.vue'),
      meta: { title: '账户', operations: ['account.read', 'account.manage'] },
    },
    {
      path: '/role-requests',
      component: () => import('./RoleRequestPage.vue'),
      meta: { title: '岗位申请', operations: ['account.read', 'role.grant'] },
    },
    {
      path: '/deputies',
      component: () => import('./DeputyPage.vue'),
      meta: { title: '代理', operations: ['account.read', 'role.grant'] },
    },
    {
      path: '/roles',
      component: () => import('./RolePage.vue'),
      meta: { title: '岗位权限', operations: ['role.read'] },
    },
    {
      path: '/grids',
      component: () => import('./GridPage.vue'),
      meta: { title: '网格', operations: ['grid.manage'] },
    },
  ],
  menu: [
    { label: '账户', to: '/accounts', icon: User, operations: ['account.read', 'account.manage'], group: '政策与管理', order: 20 },
    { label: '岗位申请', to: '/role-requests', icon: Stamp, operations: ['account.read', 'role.grant'], group: '政策与管理', order: 25 },
    { label: '代理', to: '/deputies', icon: Switch, operations: ['account.read', 'role.grant'], group: '政策与管理', order: 27 },
    { label: '岗位权限', to: '/roles', icon: Key, operations: ['role.read'], group: '政策与管理', order: 30 },
    { label: '网格', to: '/grids', icon: Grid, operations: ['grid.manage'], group: '政策与管理', order: 40 },
  ],
}
export default feature
