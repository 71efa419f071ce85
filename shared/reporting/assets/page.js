"use strict";
(() => {
  const root = document.documentElement;
  const look = JSON.parse(document.getElementById("look").textContent);
  const button = document.getElementById("theme");
  const plots = [...document.querySelectorAll(".plot")];
  const figures = [...document.querySelectorAll(".chart-data")].map((node) => JSON.parse(node.textContent));
  const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");
  const PRINTED = { page: 680, gap: 28 }; // px: an A4 sheet within its margins, and what parts two columns

  // Colours of the light theme become those of the dark one, also inside "rgba(...)".
  const dark = new Map();
  for (const [from, to] of Object.entries(look.dark)) {
    dark.set(from, to);
    dark.set(channels(from), channels(to));
  }
  function channels(hex) {
    return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)).join(",");
  }
  function darkened(value) {
    if (typeof value === "string") {
      if (value[0] === "#") return dark.get(value.toLowerCase()) ?? value;
      const rgba = /^rgba\((\d+,\d+,\d+),([\d.]+)\)$/.exec(value.replaceAll(" ", ""));
      return rgba && dark.has(rgba[1]) ? `rgba(${dark.get(rgba[1])},${rgba[2]})` : value;
    }
    if (Array.isArray(value)) return value.map(darkened);
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, darkened(inner)]));
    }
    return value;
  }

  function draw(at, theme, width) {
    const fresh = theme === "dark" ? darkened(figures[at]) : structuredClone(figures[at]);
    const layout = { ...fresh.layout, template: look.templates[theme] };
    if (width) Object.assign(layout, { width, autosize: false });
    const config = { responsive: true, displaylogo: false, showSendToCloud: false };
    return Plotly.react(plots[at], fresh.data, layout, config);
  }
  const drawAll = (theme, widthOf = () => 0) =>
    Promise.all(plots.map((plot, at) => draw(at, theme, widthOf(plot))));
  const printedWidth = (plot) => (plot.closest(".side") ? (PRINTED.page - PRINTED.gap) / 2 : PRINTED.page);

  function asked() {
    const found = /[?#&]theme=(light|dark)\b/.exec(location.search + location.hash);
    return found ? found[1] : prefersDark.matches ? "dark" : "light";
  }
  function wear(theme) {
    root.dataset.theme = theme;
    button.textContent = theme === "dark" ? "Light" : "Dark";
    button.setAttribute("aria-label", `Switch to ${theme === "dark" ? "light" : "dark"} colours`);
    button.setAttribute("aria-pressed", String(theme === "dark"));
  }
  function change(theme) {
    wear(theme);
    return drawAll(theme);
  }

  button.addEventListener("click", () => change(root.dataset.theme === "dark" ? "light" : "dark"));
  prefersDark.addEventListener("change", () => change(asked()));
  window.addEventListener("hashchange", () => asked() !== root.dataset.theme && /theme=/.test(location.hash) && change(asked()));

  const folds = [...document.querySelectorAll("details")];
  window.addEventListener("beforeprint", () => {
    folds.forEach((fold) => { fold.dataset.was = fold.open ? "open" : ""; fold.open = true; });
    drawAll("light", printedWidth);
  });
  window.addEventListener("afterprint", () => {
    folds.forEach((fold) => { fold.open = fold.dataset.was === "open"; });
    drawAll(root.dataset.theme);
  });

  wear(asked());
  (async () => {
    for (let at = 0; at < plots.length; at += 1) await draw(at, root.dataset.theme);
    root.dataset.ready = "true";
  })();
})();
