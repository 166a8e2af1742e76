#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

/// The Common Weakness Enumeration (MITRE): which weaknesses each of its versions has, under which name. Categories and
/// views are not weaknesses. Pure functions over a generated table.
namespace tocsin::formats::cwe {

enum class Status : std::uint8_t { draft, incomplete, stable, deprecated, obsolete, usable };
/// May it be used to map vulnerabilities? `unsaid` in versions before 4.12.
enum class Usage : std::uint8_t { unsaid, allowed, allowed_with_review, discouraged, prohibited };

struct Weakness {
  std::string_view name;
  Status status = Status::draft;
  Usage usage = Usage::unsaid;
};

/// In this version; nullopt where the version does not exist or has no such weakness. `id` is "CWE-79".
std::optional<Weakness> find(std::string_view id, std::string_view version) noexcept;
bool is_version(std::string_view version) noexcept;
std::string_view latest_version() noexcept;
/// The newest version that was out on that day ("2022-05-10"); empty before the first.
std::string_view version_of_day(std::string_view date) noexcept;
/// Has any version a weakness of this id?
bool is_known(std::string_view id) noexcept;
/// Does any version call it so?
bool was_ever_named(std::string_view id, std::string_view name) noexcept;
/// Its newest name; empty where the id is not known.
std::string_view newest_name(std::string_view id) noexcept;
/// The version that a mapping was made with: the latest published before that day which has exactly this id and name,
/// else the first one after it; empty where there is none (CSAF 2.1 section 9.1.18).
std::string_view version_that_matches(std::string_view id, std::string_view name, std::string_view date) noexcept;

}  // namespace tocsin::formats::cwe
