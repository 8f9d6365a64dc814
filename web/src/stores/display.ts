import { defineStore } from 'pinia'
import { ref } from 'vue'

const storageKey = 'shouwang.large_type'

/** How the console is shown on this machine; holds nothing about people. */
export const useDisplayStore = defineStore('display', () => {
  const largeType = ref(localStorage.getItem(storageKey) === 'yes')

  function apply() {
    document.documentElement.classList.toggle('large-type', largeType.value)
  }

  function toggleLargeType() {
    largeType.value = !largeType.value
    localStorage.setItem(storageKey, largeType.value ? 'yes' : 'no')
    apply()
  }

  return { largeType, apply, toggleLargeType }
})
