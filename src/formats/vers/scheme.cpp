#include "formats/vers/scheme.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/vers/orders.hpp"

namespace tocsin::formats::vers {
namespace {

struct Scheme {
  std::string_view name;
  int (*order)(std::string_view a, std::string_view b);  ///< Null: it has none.
  Status (*check)(std::string_view version);             ///< Null: takes any text.
};

/// Those of the specification's lists and those of package URL types whose order is known. Sorted by name.
constexpr std::array kSchemes = {
    Scheme{"all", nullptr, nullptr},
    Scheme{"alpine", compare_gentoo, nullptr},
    Scheme{"alpm", compare_alpm, nullptr},
    Scheme{"apk", compare_gentoo, nullptr},
    Scheme{"cargo", compare_semver_text, check_semver},
    Scheme{"composer", compare_composer_text, check_semver},
    Scheme{"conan", compare_conan, nullptr},
    Scheme{"cpan", compare_cpan, nullptr},
    Scheme{"dart", compare_semver_text, check_semver},
    Scheme{"datetime", compare_datetime, check_datetime},
    Scheme{"deb", compare_deb, nullptr},
    Scheme{"ebuild", compare_gentoo, nullptr},
    Scheme{"gem", compare_gem, nullptr},
    Scheme{"generic", compare_generic, nullptr},
    Scheme{"gentoo", compare_gentoo, nullptr},
    Scheme{"github", compare_generic, nullptr},
    Scheme{"golang", compare_semver_text, check_semver},
    Scheme{"hackage", compare_intdot, check_starts_with_digit},
    Scheme{"hex", compare_semver_text, check_semver},
    Scheme{"intdot", compare_intdot, check_starts_with_digit},
    Scheme{"lexicographic", compare_lexicographic, nullptr},
    Scheme{"mattermost", compare_semver_text, check_semver},
    Scheme{"maven", compare_maven, nullptr},
    Scheme{"mozilla", compare_generic, nullptr},
    Scheme{"nginx", compare_intdot, check_starts_with_digit},
    Scheme{"none", nullptr, nullptr},
    Scheme{"npm", compare_semver_text, check_semver},
    Scheme{"nuget", compare_nuget, check_starts_with_digit},
    Scheme{"openssl", compare_openssl, check_starts_with_digit},
    Scheme{"pub", compare_semver_text, check_semver},
    Scheme{"pypi", compare_pypi, check_pypi},
    Scheme{"rpm", compare_rpm, nullptr},
    Scheme{"semver", compare_semver_text, check_semver},
    Scheme{"swift", compare_semver_text, check_semver},
};

constexpr auto kNames = [] {
  std::array<std::string_view, kSchemes.size()> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kSchemes[i].name;
  return names;
}();

const Scheme* find(std::string_view name) noexcept {
  const auto found = std::ranges::lower_bound(kSchemes, name, {}, &Scheme::name);
  return found != kSchemes.end() && found->name == name ? &*found : nullptr;
}

Result<const Scheme*> ordered(std::string_view name) {
  const auto* scheme = find(name);
  if (scheme == nullptr || scheme->order == nullptr) {
    return Error{.code = Error::Code::not_found,
                 .message = fmt::format("the scheme '{}' {}", text::shorten(name, 60),
                                        scheme == nullptr ? "is not known" : "has no order of versions"),
                 .where = {},
                 .detail = {}};
  }
  return scheme;
}

Status check(const Scheme& scheme, std::string_view version) {
  if (version.size() > kVersionBytesMax) return Error::too_large("version", kVersionBytesMax);
  if (version.empty()) return Error::invalid("the version is empty");
  if (scheme.check == nullptr) return ok();
  if (auto checked = scheme.check(version); !checked) {
    return Error::invalid(fmt::format("'{}' is no version of the scheme {}: {}", text::shorten(version, 60),
                                      scheme.name, checked.error().message));
  }
  return ok();
}

}  // namespace

std::span<const std::string_view> known_schemes() noexcept { return kNames; }

bool is_known_scheme(std::string_view scheme) noexcept { return find(scheme) != nullptr; }

Result<std::weak_ordering> compare(std::string_view scheme, std::string_view a, std::string_view b) {
  const auto found = ordered(scheme);
  if (!found) return found.error();
  for (const auto version : {a, b}) {
    if (auto checked = check(**found, version); !checked) return checked.error();
  }
  const int order = (*found)->order(a, b);
  return order < 0   ? std::weak_ordering::less
         : order > 0 ? std::weak_ordering::greater
                     : std::weak_ordering::equivalent;
}

Status check_version(std::string_view scheme, std::string_view version) {
  const auto found = ordered(scheme);
  if (!found) return found.error();
  return check(**found, version);
}

}  // namespace tocsin::formats::vers
