#include "portal/pages/threat_markdown.hpp"

#include "portal/pages/attack_parts.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/threat_json.hpp"

namespace tocsin::portal::pages {

// By the form of the id, never by what is here: a link that stands only where its object does would tell of objects
// that the reader may not see, and one that depends on the reader needs a look-up for each word. Whoever may not see it
// gets the page of what does not exist.
html::Url reference_url(const formats::threat_text::Reference& reference) {
  using To = formats::threat_text::Reference::To;
  switch (reference.to) {
    case To::vulnerability:
      return html::Url::own(vulnerability_url(reference.id));
    case To::attack:
      return html::Url::own(attack_url(reference.id));
    case To::stix_object:
      break;
  }
  return html::Url::own(threat_url(reference.id));
}

html::Html threat_markdown(std::string_view text) { return html::markdown(text, &reference_url); }

}  // namespace tocsin::portal::pages
