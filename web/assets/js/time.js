// Keeps "12 分钟" true between refreshes; the rule is that of web/locale.py `duration`.
const WORDS = {
  zh: { s: "秒", m: "分钟", h: "小时", d: "天" },
  en: { s: "s", m: "min", h: "h", d: "d" },
};

function duration(total, language) {
  const words = WORDS[language];
  const seconds = Math.max(0, Math.floor(total));
  if (seconds < 60) return `${seconds} ${words.s}`;
  const counts = [
    [Math.floor(seconds / 86400), words.d],
    [Math.floor((seconds % 86400) / 3600), words.h],
    [Math.floor((seconds % 3600) / 60), words.m],
  ];
  const first = counts.findIndex(([count]) => count);
  const two = counts.slice(first, first + 2).filter(([count]) => count);
  return two.map(([count, word]) => `${count} ${word}`).join(" ");
}

function refresh() {
  const language = document.documentElement.lang.startsWith("en") ? "en" : "zh";
  for (const node of document.querySelectorAll("time[data-ago]")) {
    const text = duration((Date.now() - Date.parse(node.dateTime)) / 1000, language);
    if (node.textContent !== text) node.textContent = text;
  }
}

// A page may have stood open for hours: the print-out says when it was printed.
const clock = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "Asia/Shanghai",
  dateStyle: "short",
  timeStyle: "short",
});
window.addEventListener("beforeprint", () => {
  for (const node of document.querySelectorAll("time[data-now]")) {
    node.textContent = clock.format(new Date());
  }
});

setInterval(refresh, 10000);
document.addEventListener("htmx:afterSettle", refresh);
