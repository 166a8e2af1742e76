#include "domain/record.hpp"

namespace tocsin::domain {

std::string_view to_string(RecordKind kind) noexcept {
  switch (kind) {
    case RecordKind::advisory:
      break;
  }
  return "advisory";
}

std::string_view to_string(RecordStatus status) noexcept {
  switch (status) {
    case RecordStatus::draft:
      return "draft";
    case RecordStatus::published:
      return "published";
    case RecordStatus::withdrawn:
      break;
  }
  return "withdrawn";
}

std::string_view to_string(Audience audience) noexcept {
  switch (audience) {
    case Audience::everyone:
      return "everyone";
    case Audience::members:
      return "members";
    case Audience::owner_only:
      break;
  }
  return "owner_only";
}

std::string_view to_string(Standing standing) noexcept {
  switch (standing) {
    case Standing::current:
      return "current";
    case Standing::superseded:
      return "superseded";
    case Standing::conflicting:
      break;
  }
  return "conflicting";
}

std::string_view to_string(PutOutcome outcome) noexcept {
  switch (outcome) {
    case PutOutcome::created:
      return "created";
    case PutOutcome::updated:
      return "updated";
    case PutOutcome::unchanged:
      return "unchanged";
    case PutOutcome::history:
      return "history";
    case PutOutcome::conflicting:
      break;
  }
  return "conflicting";
}

std::string slug_of(std::string_view key) {
  std::string slug;
  slug.reserve(key.size());
  for (const char c : key) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                      c == '_' || c == '+' || c == '-';
    slug += kept ? c : '_';
  }
  // "." and ".." would be eaten as path segments on the way.
  if (slug.empty() || slug == "." || slug == "..") slug.insert(0, "_");
  return slug;
}

}  // namespace tocsin::domain
