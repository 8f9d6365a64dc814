/// <reference types="vitest/config" />
import { fileURLToPath, URL } from 'node:url'
import { defineConfig } from 'vite'
import vue from '@vitejs/plugin-vue'
import Components from 'unplugin-vue-components/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'

// Office PCs on Windows 7 stop at Chrome 109; 87 leaves room for the browsers built on older Chromium.
const oldestBrowser = 'chrome87'

export default defineConfig(({ mode }) => ({
  plugins: [
    vue(),
    // Only Element Plus is resolved by tag; our own components are imported by name, so a reader can follow them.
    Components({ dts: false, dirs: [], resolvers: [ElementPlusResolver({ importStyle: mode === 'test' ? false : 'css' })] }),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  // Bundled once at start: found one by one, they would reload the page while somebody works on it.
  optimizeDeps: { include: ['element-plus/es', 'element-plus/es/components/*/style/css', '@element-plus/icons-vue'] },
  server: {
    port: 5173,
    // The words of audit operations are data of the policy folder.
    fs: { allow: ['..'] },
    proxy: { '/api': process.env.SHOUWANG_SERVER ?? 'http://127.0.0.1:8080' },
  },
  build: {
    target: oldestBrowser,
    cssTarget: oldestBrowser,
    chunkSizeWarningLimit: 700,
    // Fonts and images stay files of their own: nothing is inlined that a strict CSP would have to allow.
    assetsInlineLimit: 0,
  },
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts'] },
}))
