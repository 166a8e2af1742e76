#include "domain/tlp.hpp"

#include "base/text.hpp"

namespace tocsin::domain {

std::string_view to_string(Tlp tlp) noexcept {
  switch (tlp) {
    case Tlp::clear:
      return "CLEAR";
    case Tlp::green:
      return "GREEN";
    case Tlp::amber:
      return "AMBER";
    case Tlp::amber_strict:
      return "AMBER+STRICT";
    case Tlp::red:
      break;
  }
  return "RED";
}

std::string_view slug(Tlp tlp) noexcept {
  switch (tlp) {
    case Tlp::clear:
      return "clear";
    case Tlp::green:
      return "green";
    case Tlp::amber:
      return "amber";
    case Tlp::amber_strict:
      return "amber-strict";
    case Tlp::red:
      break;
  }
  return "red";
}

std::optional<Tlp> parse_tlp(std::string_view label) noexcept {
  label = text::trim(label);
  if (label.size() > 4 && text::equals_ignore_case_ascii(label.substr(0, 4), "TLP:")) label.remove_prefix(4);
  struct Name {
    std::string_view label;
    Tlp tlp;
  };
  static constexpr Name kNames[] = {
      {"CLEAR", Tlp::clear},
      {"WHITE", Tlp::clear},
      {"GREEN", Tlp::green},
      {"AMBER", Tlp::amber},
      {"AMBER+STRICT", Tlp::amber_strict},
      {"AMBER_STRICT", Tlp::amber_strict},
      {"AMBER-STRICT", Tlp::amber_strict},
      {"RED", Tlp::red},
  };
  for (const auto& name : kNames) {
    if (text::equals_ignore_case_ascii(label, name.label)) return name.tlp;
  }
  return std::nullopt;
}

}  // namespace tocsin::domain
