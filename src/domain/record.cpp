#include "domain/record.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/text.hpp"

namespace tocsin::domain {

std::string_view to_string(RecordKind kind) noexcept {
  switch (kind) {
    case RecordKind::stix_object:
      return "STIX object";
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
      return "owner_only";
    case Audience::listed:
      break;
  }
  return "listed";
}

std::string_view to_string(Grantee::Kind kind) noexcept {
  switch (kind) {
    case Grantee::Kind::organisation:
      return "organisation";
    case Grantee::Kind::community:
      return "community";
    case Grantee::Kind::case_file:
      return "case";
    case Grantee::Kind::person:
      break;
  }
  return "person";
}

namespace {

/// How stored lists name a kind: one letter, for ever.
constexpr std::array kGranteeLetters{std::pair{'o', Grantee::Kind::organisation},
                                     std::pair{'c', Grantee::Kind::community}, std::pair{'p', Grantee::Kind::person},
                                     std::pair{'k', Grantee::Kind::case_file}};

}  // namespace

void tidy(std::vector<Grantee>& listed) {
  std::ranges::sort(listed);
  listed.erase(std::ranges::unique(listed).begin(), listed.end());
}

std::string write_grantees(const std::vector<Grantee>& listed) {
  std::string text;
  for (const auto& each : listed) {
    if (!text.empty()) text += ' ';
    text += std::ranges::find(kGranteeLetters, each.kind, [](const auto& pair) { return pair.second; })->first;
    text += std::to_string(each.id);
  }
  return text;
}

std::vector<Grantee> read_grantees(std::string_view text) {
  std::vector<Grantee> listed;
  for (const auto word : text::split(text, ' ')) {
    if (word.size() < 2) continue;
    const auto letter = std::ranges::find(kGranteeLetters, word.front(), [](const auto& pair) { return pair.first; });
    // What a newer version wrote is nobody's here, rather than somebody else's.
    if (letter == kGranteeLetters.end()) continue;
    Grantee each{letter->second, 0};
    const auto [end, failure] = std::from_chars(word.data() + 1, word.data() + word.size(), each.id);
    if (failure == std::errc{} && end == word.data() + word.size()) listed.push_back(each);
  }
  return listed;
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
    case PutOutcome::removed:
      return "removed";
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
