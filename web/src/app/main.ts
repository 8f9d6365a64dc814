import { createApp } from 'vue'
import { createPinia } from 'pinia'
import 'element-plus/es/components/message/style/css'
import 'element-plus/es/components/message-box/style/css'
import '@/styles/tokens.css'
import '@/styles/base.css'
import App from './App.vue'
import { createShouwangRouter } from '@/router'
import { useDisplayStore } from '@/stores/display'

const app = createApp(App)
app.use(createPinia())
useDisplayStore().apply()
app.use(createShouwangRouter())
app.mount('#app')
