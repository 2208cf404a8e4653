// Lets the phone keep the page that is shown without a network. Without it the site works as before.
if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/worker.js").catch(() => {});
}
