#pragma once
#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

/// For tests: does an answer conform to what the OpenAPI document declares?
namespace tocsin::portal::api {

/// The part of JSON Schema that our declarations use; a keyword it does not know is a failure, so that none is ignored.
/// Stricter in one thing: a member that no declaration names is a failure. The published schemas leave objects open,
/// because members may be added within v1; what this binary answers must all be described.
class Checker {
  using value = boost::json::value;

 public:
  explicit Checker(const value& document) : document_(document) {}

  std::vector<std::string> check(const value& schema, const value& instance) {
    problems_.clear();
    walk(schema, instance, "");
    return problems_;
  }

 private:
  void problem(const std::string& at, const std::string& what) {
    constexpr std::size_t kEnough = 10;
    if (problems_.size() < kEnough) problems_.push_back((at.empty() ? "/" : at) + ": " + what);
  }

  static bool has_type(std::string_view type, const value& instance) {
    if (type == "null") return instance.is_null();
    if (type == "boolean") return instance.is_bool();
    if (type == "string") return instance.is_string();
    if (type == "array") return instance.is_array();
    if (type == "object") return instance.is_object();
    if (type == "integer") return instance.is_int64() || instance.is_uint64();
    if (type == "number") return instance.is_number();
    return false;
  }

  void walk(const value& schema, const value& instance, const std::string& at) {
    keywords(schema, instance, at);
    std::set<std::string_view> named;
    if (!instance.is_object() || !names(schema, named)) return;
    for (const auto& [name, member] : instance.as_object()) {
      if (!named.contains(name)) problem(json::pointer_append(at, name), "is described nowhere");
    }
  }

  /// Collects the members that a schema and what it builds on describe; false where it lets everything pass.
  bool names(const value& schema, std::set<std::string_view>& named) const {
    bool any = false;
    if (const auto reference = json::string_at(schema, "$ref"); !reference.empty()) {
      const auto* target = json::at_pointer(document_, reference.substr(1));
      if (target != nullptr) any = names(*target, named) || any;
    }
    for (const auto& part : json::array_at(schema, "allOf")) any = names(part, named) || any;
    if (const auto* properties = json::find(schema, "properties")) {
      any = true;
      for (const auto& [name, property] : properties->as_object()) named.insert(name);
    }
    return any && json::find(schema, "additionalProperties") == nullptr;
  }

  void keywords(const value& schema, const value& instance, const std::string& at) {
    for (const auto& [keyword, rule] : schema.as_object()) keyword_rule(keyword, rule, schema, instance, at);
  }

  void keyword_rule(std::string_view keyword, const value& rule, const value& schema, const value& instance,
                    const std::string& at) {
    static const std::set<std::string_view> kWords{"description", "title", "examples", "default"};
    if (kWords.contains(keyword)) return;
    if (keyword == "$ref") {
      const auto* target = json::at_pointer(document_, std::string_view{rule.as_string()}.substr(1));
      if (target == nullptr) return problem(at, "refers to nothing: " + std::string{rule.as_string()});
      return keywords(*target, instance, at);
    }
    if (keyword == "allOf") {
      for (const auto& part : rule.as_array()) keywords(part, instance, at);
      return;
    }
    if (keyword == "type") {
      if (rule.is_string() ? has_type(rule.as_string(), instance)
                           : std::any_of(rule.as_array().begin(), rule.as_array().end(),
                                         [&](const value& each) { return has_type(each.as_string(), instance); })) {
        return;
      }
      return problem(at, "is not of type " + json::write(rule) + ": " + json::write(instance).substr(0, 80));
    }
    if (keyword == "enum") {
      const auto& all = rule.as_array();
      if (std::find(all.begin(), all.end(), instance) == all.end()) problem(at, "is none of " + json::write(rule));
      return;
    }
    if (keyword == "oneOf") {
      int fits = 0;
      for (const auto& each : rule.as_array()) fits += Checker{document_}.check(each, instance).empty() ? 1 : 0;
      if (fits != 1) problem(at, "fits " + std::to_string(fits) + " of oneOf: " + json::write(instance).substr(0, 200));
      return;
    }
    if (keyword == "minimum" || keyword == "maximum") {
      if (!instance.is_number()) return;
      const double number = instance.to_number<double>();
      const double limit = rule.to_number<double>();
      if (keyword == "minimum" ? number < limit : number > limit) problem(at, "is beyond its " + std::string{keyword});
      return;
    }
    if (keyword == "format") {
      if (!instance.is_string()) return;
      const std::string_view text = instance.as_string();
      const std::string_view format = rule.as_string();
      if (format == "date-time") {
        if (!parse_rfc3339(text)) problem(at, "is no date-time: " + std::string{text});
      } else if (format == "uri") {
        if (!text::contains(text, ":")) problem(at, "is no URI: " + std::string{text});
      } else {
        problem(at, "unknown format " + std::string{format});
      }
      return;
    }
    if (keyword == "items") {
      if (!instance.is_array()) return;
      for (std::size_t i = 0; i < instance.as_array().size(); ++i) {
        walk(rule, instance.as_array()[i], json::pointer_append(at, i));
      }
      return;
    }
    if (keyword == "properties") {
      if (!instance.is_object()) return;
      for (const auto& [name, property] : rule.as_object()) {
        if (const auto* found = instance.as_object().if_contains(name)) {
          walk(property, *found, json::pointer_append(at, name));
        }
      }
      return;
    }
    if (keyword == "required") {
      if (!instance.is_object()) return;
      for (const auto& name : rule.as_array()) {
        if (!instance.as_object().contains(std::string_view{name.as_string()})) {
          problem(at, "lacks " + std::string{name.as_string()});
        }
      }
      return;
    }
    if (keyword == "additionalProperties") {
      if (!instance.is_object()) return;
      const auto* properties = schema.as_object().if_contains("properties");
      for (const auto& [name, member] : instance.as_object()) {
        if (properties == nullptr || !properties->as_object().contains(name)) {
          // True: whatever; false: nothing.
          if (rule.is_bool()) {
            if (!rule.as_bool()) problem(at, "has a member too many: " + std::string{name});
            continue;
          }
          walk(rule, member, json::pointer_append(at, name));
        }
      }
      return;
    }
    problem(at, "the schema uses a keyword that the test does not know: " + std::string{keyword});
  }

  const value& document_;
  std::vector<std::string> problems_;
};

}  // namespace tocsin::portal::api
