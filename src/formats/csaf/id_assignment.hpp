#pragma once
#include <string>
#include <string_view>

/// What the registry of systems of vulnerability ids (RVISC) and the mapping of names used before (RVISC-M), both
/// version 1 of 2026-02-06, say of an id. Internal to formats/csaf.
namespace tocsin::formats::csaf {

struct IdAssignment {
  enum class State {
    conforming,       ///< The system is registered, and the text is as its entry wants it.
    assigned,         ///< `system_name` and `text` are what the id becomes.
    no_mapping,       ///< Nothing is known of the system or of how its texts are mapped.
    not_convertible,  ///< There is a mapping to `system_name`, but the text is none that it knows.
  };
  State state = State::conforming;
  bool is_registered = false;  ///< The system that the id names.
  std::string system_name = {}, text = {};
};
IdAssignment assign_id(std::string_view system_name, std::string_view text);

}  // namespace tocsin::formats::csaf
