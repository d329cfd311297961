const byId = id => document.getElementById(id);

byId("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const isDark = root.classList.contains("dark") || (!root.classList.contains("light") && matchMedia("(prefers-color-scheme: dark)").matches);
  root.className = isDark ? "light" : "dark";
});

byId("only").addEventListener("click", event => {
  const isOnly = document.body.classList.toggle("only");
  event.currentTarget.setAttribute("aria-pressed", String(isOnly));
});

byId("find").addEventListener("input", event => {
  const text = event.target.value.toLowerCase();
  for (const item of byId("cases").children) item.hidden = !item.textContent.toLowerCase().includes(text);
});
