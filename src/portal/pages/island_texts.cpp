#include "portal/pages/island_texts.hpp"

#include "portal/html/template.hpp"

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
  out += "</template>\n";
}

}  // namespace tocsin::portal::pages
