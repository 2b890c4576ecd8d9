/** Files that vite puts into the page as text. */
declare module '*?raw' {
  const text: string;
  export default text;
}
