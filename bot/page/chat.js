// What the chat page does in the browser: opens articles beside the chat, copies, shares, rates, asks offered questions.
(() => {
  const words = () => document.getElementById("xw-words")?.dataset || {};
  let openedBy = null;

  const reader = () => {
    let panel = document.querySelector(".xw-reader");
    if (!panel) {
      panel = document.createElement("aside");
      panel.className = "xw-reader";
      panel.setAttribute("aria-label", words().reader);
      panel.innerHTML = '<header><span></span><button type="button" class="xw-button"></button></header><iframe></iframe>';
      panel.querySelector("span").textContent = words().reader;
      panel.querySelector("button").textContent = words().close;
      panel.querySelector("button").onclick = close;
      const frame = panel.querySelector("iframe");
      frame.title = words().reader;
      frame.onload = () => frame.contentDocument?.addEventListener("keydown", (e) => e.key === "Escape" && close());
      document.body.append(panel);
    }
    return panel;
  };
  const open = (link) => {
    openedBy = link;
    const panel = reader();
    const frame = panel.querySelector("iframe");
    panel.classList.add("open");
    // A new frame address with only another #part would not scroll again.
    frame.contentWindow.location.replace("about:blank");
    setTimeout(() => frame.contentWindow.location.replace(link.href.replace("#", "&bare=1#")));
    panel.querySelector("button").focus();
  };
  const close = () => {
    document.querySelector(".xw-reader")?.classList.remove("open");
    openedBy?.focus();
  };

  const tell = (turn, text) => (turn.querySelector(".xw-told").textContent = text);
  const copy = async (turn, text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without https or localhost there is no clipboard but the old one.
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    tell(turn, words().copied);
  };
  const conversation = () => document.querySelector("[data-conversation]")?.dataset.conversation;
  const rate = async (turn, rating, comment = "") => {
    const body = JSON.stringify({ conversation: conversation(), trace_id: turn.dataset.trace, rating, comment });
    const reply = await fetch("/feedback", { method: "POST", headers: { "Content-Type": "application/json" }, body }).catch(() => null);
    tell(turn, reply?.ok ? words().thanks : words().failed);
    return reply?.ok;
  };
  const ask = (question) => {
    const box = document.querySelector("#question textarea");
    box.value = question;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    setTimeout(() => document.querySelector("#send").click());
  };

  const act = {
    copy: (turn) => copy(turn, turn.dataset.copy),
    share: (turn) => copy(turn, `${location.origin}/?c=${conversation()}`),
    ask: (_, button) => ask(button.dataset.question),
    comment: async (turn) => {
      const form = turn.querySelector(".xw-comment");
      if (await rate(turn, "down", form.querySelector("input").value)) form.hidden = true;
    },
  };
  for (const rating of ["up", "down"])
    act[rating] = async (turn, button) => {
      for (const other of turn.querySelectorAll("[aria-pressed]")) other.setAttribute("aria-pressed", other === button);
      turn.querySelector(".xw-comment").hidden = rating === "up";
      await rate(turn, rating);
      if (rating === "down") turn.querySelector(".xw-comment input").focus();
    };

  // What was under way when the answer was stopped may still arrive; it is then stopped too.
  let stopped = false;
  const settle = () => {
    for (const making of document.querySelectorAll(stopped ? ".xw-making" : "none")) {
      making.classList.remove("xw-making");
      const note = document.createElement("p");
      note.className = "xw-known";
      note.textContent = words().stopped;
      making.append(note);
    }
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='/read/']");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
      event.preventDefault();
      open(link);
    }
    if (event.target.closest?.("#stop")) {
      stopped = true;
      settle();
    }
    if (event.target.closest?.("#send")) stopped = false;
    const button = event.target.closest?.("[data-do]");
    if (button) act[button.dataset.do](button.closest(".xw-turn"), button);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.key === "Enter" && event.target.matches?.("#question textarea")) stopped = false;
    if (event.key === "Enter" && event.target.matches?.(".xw-comment input")) act.comment(event.target.closest(".xw-turn"));
  });

  // The newest turn comes into view; and the address names a shared conversation only as long as it is shown.
  let turns = 0;
  const shared = new URLSearchParams(location.search).get("c");
  let shownOnce = false;
  new MutationObserver(() => {
    settle();
    shownOnce ||= shared && conversation() === shared;
    if (shownOnce && conversation() !== shared) history.replaceState(null, "", location.pathname);
    const language = words().language;
    if (language) document.documentElement.lang = language;
    const all = document.querySelectorAll(".xw-turn");
    if (all.length && all.length !== turns) all[all.length - 1].scrollIntoView({ block: "start" });
    turns = all.length;
  }).observe(document, { childList: true, subtree: true });
})();
