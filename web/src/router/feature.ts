import type { Component } from 'vue'
import type { RouteRecordRaw } from 'vue-router'

/** One line in the left navigation. */
export interface MenuEntry {
  label: string
  to: string
  icon?: Component
  /** Shown when the account has any of these operations; an empty list shows it to everyone signed in. */
  operations: string[]
  /** Not shown to who has any of these. */
  unless?: string[]
  group: MenuGroup
  /** Position inside the group, ascending. */
  order: number
}

/** Groups in the order they stand in the navigation. */
export const menuGroups = ['今日', '监测识别', '数据', '监督', '政策与管理'] as const
export type MenuGroup = (typeof menuGroups)[number]

/**
 * What `features/<area>/routes.ts` exports as default. The router and the navigation collect every such file,
 * so adding an area means adding its folder.
 *
 * Route `meta`: `public: true` needs no sign-in and stands outside the layout;
 * `operations: [...]` lets in accounts having any of them; `title` names the browser tab.
 */
export interface Feature {
  routes: RouteRecordRaw[]
  menu?: MenuEntry[]
}

declare module 'vue-router' {
  interface RouteMeta {
    title?: string
    public?: boolean
    operations?: string[]
  }
}

const files = import.meta.glob<{ default: Feature }>('../features/*/routes.ts', { eager: true })

export const features: Feature[] = Object.keys(files)
  .sort()
  .map((path) => files[path]!.default)
