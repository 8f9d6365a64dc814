/** One Chromium for a journey; every person gets a context of their own, as on a machine of their own. */
import { chromium } from 'playwright-core'

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export function launch() {
  return chromium.launch({ executablePath: process.env.SHOUWANG_CHROMIUM ?? '/usr/bin/chromium', args: flags })
}

export const desktop = { width: 1366, height: 768 }
export const phone = { width: 360, height: 800 }

/** A page without animation: what is asserted or pictured has arrived. */
export async function openPage(browser, base, { viewport = desktop, isPhone = false } = {}) {
  const context = await browser.newContext({
    baseURL: base,
    viewport,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    reducedMotion: 'reduce',
    hasTouch: isPhone,
    isMobile: isPhone,
    acceptDownloads: true,
  })
  context.setDefaultTimeout(10000)
  const page = await context.newPage()
  return page
}
