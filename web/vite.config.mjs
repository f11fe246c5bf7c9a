// Builds the islands into the folder that the server embeds. The result is committed, so that cargo needs no Node.
import { defineConfig } from 'vite';

export default defineConfig({
  // Files find each other beside themselves, wherever the server puts them.
  base: './',
  publicDir: false,
  build: {
    target: 'es2022',
    outDir: '../crates/web/assets/islands',
    emptyOutDir: true,
    modulePreload: false,
    reportCompressedSize: false,
    rollupOptions: {
      input: 'src/main.ts',
      output: { entryFileNames: '[name]-[hash].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
});
