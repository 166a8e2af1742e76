#include "portal/pages/island_texts.hpp"

#include "portal/html/template.hpp"
#include "portal/pages/inventory_parts.hpp"

namespace tocsin::portal::pages {

using html::render;

void append_island_texts(std::string& out, std::string_view main) {
  const auto has = [main](std::string_view mark) { return main.find(mark) != std::string_view::npos; };
  // In the head of every page: the theme's button and the search box.
  render<R"(<template id="texts">
<p data-text="theme-auto">[[Theme: auto]]</p><p data-text="theme-auto-next">[[Theme: auto. Change to light]]</p>
<p data-text="theme-light">[[Theme: light]]</p><p data-text="theme-light-next">[[Theme: light. Change to dark]]</p>
<p data-text="theme-dark">[[Theme: dark]]</p><p data-text="theme-dark-next">[[Theme: dark. Change to auto]]</p>
<p data-text="suggestions">[[Suggestions]]</p>
<p data-text="suggestion-advisory">[[Advisory]]</p><p data-text="suggestion-vendor">[[Vendor]]</p>
<p data-text="suggestion-product">[[Product]]</p><p data-text="suggestion-cve">[[Vulnerability]]</p>
)">(out);
  if (has("data-copy")) {
    render<R"(<p data-text="copy">[[#verb#Copy]]</p><p data-text="copy-long">[[Copy to clipboard]]</p>
<p data-text="copied">[[Copied]]</p><p data-text="copy-refused">[[Not allowed]]</p>
)">(out);
  }
  if (has("data-filter")) {
    // The script puts its numbers where {0} and {1} stand.
    render<R"(<p data-text="rows">[[#rows#{} of {}]]</p><p data-text="rows-shown">[[#rows#{} of {} shown]]</p>
)">(out, "{0}", "{1}", "{0}", "{1}");
  }
  if (has("data-shortcuts-toggle")) {
    render<R"(<p data-text="shortcuts-on">[[Single-key shortcuts are on]]</p>
<p data-text="shortcuts-off">[[Single-key shortcuts are off]]</p>
)">(out);
  }
  if (has("data-passkey-")) {
    // By the name of the DOMException that says so.
    render<
        R"(<p data-text="passkey-NotAllowedError">[[No passkey was used: the request was cancelled or took too long. You can try again.]]</p>
<p data-text="passkey-InvalidStateError">[[This device already has a passkey for your account.]]</p>
<p data-text="passkey-NotSupportedError">[[This device cannot make the kind of passkey that is needed here.]]</p>
<p data-text="passkey-ConstraintError">[[This device cannot ask for PIN, finger or face, which is needed here.]]</p>
<p data-text="passkey-SecurityError">[[Passkeys do not work at this address. Open the portal at its own address, with https.]]</p>
<p data-text="passkey-AbortError">[[The request was cancelled. You can try again.]]</p>
<p data-text="passkey-no-answer">[[The portal did not answer. Check the connection and try again.]]</p>
<p data-text="passkey-refused">[[The portal refused. Load the page again and try again.]]</p>
<p data-text="passkey-failed">[[The passkey could not be used. Try again, or sign in another way.]]</p>
)">(out);
  }
  if (has("data-match")) {
    render<R"(<p data-text="match-loading">[[The matcher and the advisories are being fetched.]]</p>
<p data-text="match-ready">[[Ready, with {} advisories. Choose a file; you may cut the network now.]]</p>
<p data-text="match-reading">[[The file is being read.]]</p>
<p data-text="match-working">[[{} of {} devices]]</p>
<p data-text="match-done">[[Done. Nothing of the file was sent.]]</p>
<p data-text="match-sent">[[Bytes of your file that were sent: 0]]</p>
<p data-text="match-summary">[[Devices: {}; affected: {}; answers shown: {}.]]</p>
<p data-text="match-shortened">[[Only the first {} stand here; the files have all.]]</p>
<p data-text="match-too-large">[[The file is larger than 512 MB. Use the command line for it.]]</p>
<p data-text="match-broken">[[The matcher has stopped: your browser may have run out of memory, or the portal could not be reached. Load the page again.]]</p>
)">(out, "{0}", "{0}", "{1}", "{0}", "{1}", "{2}", "{0}");
    using engine::exposure::Status;
    for (const auto status :
         {Status::affected, Status::undecidable, Status::under_investigation, Status::fixed, Status::not_affected}) {
      render<"<p data-text=\"match-{}\">{}</p>\n">(out, engine::exposure::to_string(status), status_label(status));
    }
  }
  if (has("data-graph")) {
    render<R"(<p data-text="graph-loading">[[What is to be drawn is being fetched.]]</p>
<p data-text="graph-drawn">[[{} objects and {} edges are drawn.]]</p>
<p data-text="graph-drawn-more">[[{} objects and {} edges are drawn; there are more.]]</p>
<p data-text="graph-chosen">[[{} ({}), edges: {}]]</p>
<p data-text="graph-broken">[[It could not be drawn. The list has all of it.]]</p>
)">(out, "{0}", "{1}", "{0}", "{1}", "{0}", "{1}", "{2}");
  }
  out += "</template>\n";
}

}  // namespace tocsin::portal::pages
