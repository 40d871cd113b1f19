// <program-match publisher="pub_…"></program-match>: the form's first question in a frame that grows with it.
// Attributes: publisher; open="here" to stay in this tab; utm-source, utm-medium, utm-campaign, utm-term, utm-content.
(() => {
  const home = new URL(document.currentScript.src).origin;
  const TAGS = ["utm-source", "utm-medium", "utm-campaign", "utm-term", "utm-content"];
  const LEAST = 120, MOST = 1600;

  class ProgramMatch extends HTMLElement {
    connectedCallback() {
      if (this.frame) return;
      const address = new URL(`/embed/${encodeURIComponent(this.getAttribute("publisher") ?? "")}`, home);
      if (this.getAttribute("open") === "here") address.searchParams.set("open", "here");
      for (const tag of TAGS) {
        const value = this.getAttribute(tag);
        if (value) address.searchParams.set(tag.replace("-", "_"), value);
      }
      this.frame = document.createElement("iframe");
      this.frame.src = address.href;
      this.frame.title = "Find programs that fit you, from Program Match";
      this.frame.loading = "lazy";
      this.frame.referrerPolicy = "no-referrer";
      this.frame.setAttribute(
        "sandbox",
        "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox " +
          "allow-top-navigation-by-user-activation",
      );
      Object.assign(this.frame.style, { display: "block", width: "100%", height: "26rem", border: "0" });
      Object.assign(this.style, { display: "block" });
      const shadow = this.attachShadow({ mode: "closed" });
      shadow.append(this.frame);
      this.listen = (event) => this.grow(event);
      addEventListener("message", this.listen);
    }

    disconnectedCallback() {
      removeEventListener("message", this.listen);
    }

    grow(event) {
      if (event.origin !== home || event.source !== this.frame.contentWindow) return;
      const height = Number(event.data?.height);
      if (Number.isFinite(height)) this.frame.style.height = `${Math.min(MOST, Math.max(LEAST, Math.ceil(height)))}px`;
    }
  }

  if (!customElements.get("program-match")) customElements.define("program-match", ProgramMatch);
})();
