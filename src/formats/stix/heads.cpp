// What most rules ask an object for, found in one walk.
#include "formats/stix/check.hpp"

namespace tocsin::formats::stix {

Heads::Heads(Node object) noexcept {
  for (const auto [name, value] : object.members()) {
    auto* const head = of(name);
    if (head != nullptr && !*head) *head = value;
  }
  created_at = parse_time(created.text());
  modified_at = parse_time(modified.text());
}

Node* Heads::of(std::string_view name) noexcept {
  const auto if_is = [name](const auto& literal, Node& head) { return csaf::is(name, literal) ? &head : nullptr; };
  switch (name.size()) {
    case sizeof "id" - 1:
      return if_is("id", id);
    case sizeof "type" - 1:
      return if_is("type", type);
    case sizeof "created" - 1:
      return name.front() == 'c' ? if_is("created", created) : if_is("revoked", revoked);
    case sizeof "modified" - 1:
      return if_is("modified", modified);
    case sizeof "extensions" - 1:
      return name.front() == 'e'   ? if_is("extensions", extensions)
             : name.front() == 's' ? if_is("source_ref", source_ref)
                                   : if_is("target_ref", target_ref);
    case sizeof "spec_version" - 1:
      return if_is("spec_version", spec_version);
    case sizeof "created_by_ref" - 1:
      return if_is("created_by_ref", created_by_ref);
    case sizeof "relationship_type" - 1:
      return name.front() == 'r' ? if_is("relationship_type", relationship_type)
                                 : if_is("granular_markings", granular_markings);
    case sizeof "object_marking_refs" - 1:
      return if_is("object_marking_refs", object_marking_refs);
    default:
      return nullptr;
  }
}

}  // namespace tocsin::formats::stix
