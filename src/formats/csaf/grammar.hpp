#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

/// The grammar of a CSAF version as tables: nodes of a JSON schema with what can be checked. Written by
/// scripts/generate-csaf-grammar, interpreted by structure.cpp. Internal to formats/csaf.
namespace tocsin::formats::csaf {

/// A run of entries in one of the grammar's lists.
struct GrammarRange {
  std::uint16_t begin = 0, count = 0;
};

enum class GrammarFormat : std::uint8_t { none, date_time, uri, regex, uuid };

/// Bits of GrammarNode::types; none set takes every type.
inline constexpr std::uint8_t kObjectType = 1, kArrayType = 2, kStringType = 4, kNumberType = 8, kIntegerType = 16,
                              kBooleanType = 32, kNullType = 64;

struct GrammarNode {
  std::uint8_t types = 0;
  GrammarRange members = {};                             ///< Sorted by name.
  bool closed = false;                                   ///< No other members.
  std::uint16_t properties_min = 0, properties_max = 0;  ///< 0: no limit.
  std::int16_t items = -1;
  std::uint32_t items_min = 0, items_max = 0;
  bool unique = false;
  std::uint32_t length_min = 0, length_max = 0;  ///< Characters.
  std::string_view pattern = {};
  GrammarFormat format = GrammarFormat::none;
  GrammarRange values = {};  ///< Allowed strings.
  double minimum = -std::numeric_limits<double>::infinity();
  double maximum = std::numeric_limits<double>::infinity();
  GrammarRange all_of = {}, any_of = {}, one_of = {};
};

struct GrammarMember {
  std::string_view name;
  std::int16_t node = -1;  ///< -1: anything.
  bool required = false;
};

struct Grammar {
  std::span<const GrammarNode> nodes;  ///< The first is the document.
  std::span<const GrammarMember> members;
  std::span<const std::string_view> texts;
  std::span<const std::int16_t> branches;
};

extern const Grammar kGrammar_2_0;
extern const Grammar kGrammar_2_1;
// What lies beside advisories: distribution/.
extern const Grammar kGrammar_provider_2_0, kGrammar_provider_2_1;
extern const Grammar kGrammar_aggregator_2_0, kGrammar_aggregator_2_1;
extern const Grammar kGrammar_rolie_feed, kGrammar_rolie_service, kGrammar_rolie_category;

}  // namespace tocsin::formats::csaf
