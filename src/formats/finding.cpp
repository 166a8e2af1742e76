#include "formats/finding.hpp"

namespace tocsin::formats {

std::string_view to_string(Finding::Group group) noexcept {
  switch (group) {
    case Finding::Group::schema:
      return "schema";
    case Finding::Group::mandatory:
      return "mandatory";
    case Finding::Group::recommended:
      return "recommended";
    case Finding::Group::quality:
      return "quality";
    case Finding::Group::informative:
      break;
  }
  return "informative";
}

std::string sentence_of(const Finding& finding) {
  if (finding.mend.empty()) return finding.message;
  return finding.message + (finding.message.ends_with('.') ? " " : ". ") + finding.mend;
}

}  // namespace tocsin::formats
