#include "formats/misp/pattern_values.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/misp/attributes.hpp"
#include "formats/misp/event.hpp"
#include "formats/stix/pattern.hpp"

namespace tocsin::formats::misp {
namespace {

using boost::json::object;

struct Test {
  std::string path, value;
};

std::string path_of(const stix::Comparison& of) {
  std::string out = of.object_type + ":";
  bool first = true;
  for (const auto& step : of.path) {
    switch (step.kind) {
      case stix::PathStep::Kind::name: {
        const bool plain = std::ranges::all_of(step.name, [](char c) {
          return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        });
        out += fmt::format("{}{}", first ? "" : ".", plain ? step.name : quoted(step.name));
        break;
      }
      case stix::PathStep::Kind::index:
      case stix::PathStep::Kind::any:
        // Which of several makes no difference to MISP.
        out += "[*]";
        break;
    }
    first = false;
  }
  return out;
}

/// All that it asks for. False: something that no value says.
bool tests_of(const stix::Comparison& of, std::vector<Test>& tests, bool& joined) {
  if (of.kind != stix::Comparison::Kind::test) {
    joined = joined || of.kind == stix::Comparison::Kind::all;
    return std::ranges::all_of(of.parts, [&](const auto& each) { return tests_of(each, tests, joined); });
  }
  using enum stix::Operator;
  if (of.negated || (of.op != equal && of.op != in && of.op != is_subset)) return false;
  const auto path = path_of(of);
  for (const auto& each : of.constants) tests.push_back({path, each.text});
  return true;
}

bool tests_of(const stix::Observation& of, std::vector<Test>& tests, bool& joined) {
  if (!of.qualifiers.empty()) return false;
  if (of.kind == stix::Observation::Kind::single) return tests_of(of.comparison, tests, joined);
  if (of.kind != stix::Observation::Kind::any) return false;
  return std::ranges::all_of(of.parts, [&](const auto& each) { return tests_of(each, tests, joined); });
}

/// "ip-dst|port" of two that are told together; empty where MISP has no such pair.
std::string pair_of(const TypedValue& a, const TypedValue& b) {
  auto type = a.type + "|" + b.type;
  if (type == "domain|ip-dst") return "domain|ip";
  if ((b.type == "port" && (a.type.starts_with("ip-") || a.type == "hostname")) ||
      (a.type == "filename" && !hash_name(b.type).empty())) {
    return type;
  }
  return {};
}

std::string_view text_of(const object& of, std::string_view name) noexcept {
  const auto* found = of.if_contains(name);
  return found != nullptr && found->is_string()
             ? std::string_view{found->get_string().data(), found->get_string().size()}
             : std::string_view{};
}

class Observable {
 public:
  Observable(const object& of, const Finder& find) : of_(of), find_(find) {}

  std::vector<TypedValue> values() {
    const auto type = text_of(of_, "type");
    if (type == "file") {
      file();
    } else if (type == "network-traffic") {
      traffic();
    } else if (type == "domain-name") {
      domain();
    } else if (type == "email-message") {
      message();
    } else if (type == "windows-registry-key") {
      registry();
    } else if (type == "x509-certificate") {
      hashes("x509-certificate");
    } else if (type == "autonomous-system") {
      add("AS", text_at(of_, "number"));
    } else if (type == "user-account") {
      add(text_of(of_, "account_type") == "github" ? "github-username" : "target-user", text_at(of_, "account_login"));
    } else {
      for (const std::string_view name : {"value", "name"}) {
        add(type_of_path(fmt::format("{}:{}", type, name), {}), text_at(of_, name));
      }
    }
    return std::move(out_);
  }

 private:
  void add(std::string_view type, std::string said, std::string_view relation = {}) {
    if (!type.empty() && !said.empty()) out_.push_back({std::string{type}, std::move(said), std::string{relation}});
  }
  const object* at(std::string_view name) const {
    const auto id = text_of(of_, name);
    return id.empty() ? nullptr : find_(id);
  }
  void hashes(std::string_view observable) {
    const auto* found = of_.if_contains("hashes");
    if (found == nullptr || !found->is_object()) return;
    for (const auto& [name, each] : found->get_object()) {
      if (!each.is_string()) continue;
      const std::string_view key{name.data(), name.size()};
      const bool plain = key.find_first_of("-/") == key.npos;
      add(type_of_path(fmt::format("{}:hashes.{}", observable, plain ? std::string{key} : quoted(key)), {}),
          std::string{std::string_view{each.get_string().data(), each.get_string().size()}});
    }
  }
  void file() {
    add("filename", text_at(of_, "name"));
    hashes("file");
    if (out_.size() == 2 && out_.front().type == "filename") {
      // Name and one hash are one attribute.
      const auto type = pair_of(out_[0], out_[1]);
      if (!type.empty()) out_ = {{type, out_[0].value + "|" + out_[1].value}};
    }
    add("size-in-bytes", text_at(of_, "size"));
    add("mime-type", text_at(of_, "mime_type"), "mimetype");
  }
  void traffic() {
    for (const std::string_view end : {"src", "dst"}) {
      const auto* host = at(fmt::format("{}_ref", end));
      if (host == nullptr) continue;
      const auto said = text_at(*host, "value");
      const auto port = text_at(of_, fmt::format("{}_port", end));
      const auto type = address_of(said) == Address::none ? std::string{"hostname"} : fmt::format("ip-{}", end);
      if (port.empty()) {
        add(type, said);
      } else {
        add(type + "|port", said + "|" + port);
      }
    }
  }
  void domain() {
    const auto name = text_at(of_, "value");
    bool any = false;
    if (const auto* refs = of_.if_contains("resolves_to_refs"); refs != nullptr && refs->is_array()) {
      for (const auto& each : refs->get_array()) {
        if (!each.is_string()) continue;
        const auto* host = find_({each.get_string().data(), each.get_string().size()});
        if (host == nullptr || address_of(text_at(*host, "value")) == Address::none) continue;
        any = true;
        add("domain|ip", name + "|" + text_at(*host, "value"));
      }
    }
    if (!any) add("domain", name);
  }
  void message() {
    if (const auto* from = at("from_ref")) add("email-src", text_at(*from, "value"), "from");
    for (const auto& [property, relation] : {std::pair{"to_refs", "to"}, {"cc_refs", "cc"}, {"bcc_refs", "bcc"}}) {
      const auto* refs = of_.if_contains(property);
      if (refs == nullptr || !refs->is_array()) continue;
      for (const auto& each : refs->get_array()) {
        const auto* to = each.is_string() ? find_({each.get_string().data(), each.get_string().size()}) : nullptr;
        if (to != nullptr) add("email-dst", text_at(*to, "value"), relation);
      }
    }
    add("email-subject", text_at(of_, "subject"), "subject");
    add("email-body", text_at(of_, "body"), "email-body");
    add("email-message-id", text_at(of_, "message_id"), "message-id");
  }
  void registry() {
    const auto key = text_at(of_, "key");
    std::string data;
    for (const auto* each : objects_at(of_, "values")) {
      if (data.empty()) data = text_at(*each, "data");
    }
    if (data.empty()) {
      add("regkey", key, "key");
    } else {
      add("regkey|value", key + "|" + data);
    }
  }

  const object& of_;
  const Finder& find_;
  std::vector<TypedValue> out_;
};

}  // namespace

std::vector<TypedValue> values_of_pattern(std::string_view pattern, std::string_view wanted, bool parts) {
  const auto parsed = stix::parse_pattern(pattern);
  if (!parsed) return {};
  std::vector<Test> tests;
  bool joined = false;
  if (!tests_of(parsed->root, tests, joined)) return {};
  // "dst_ref.type = 'ipv4-addr'" only says what the value beside it is.
  std::erase_if(tests, [](const Test& each) {
    return each.path.ends_with("_ref.type") || each.path == "user-account:account_type";
  });
  const auto halves = static_cast<std::size_t>(std::ranges::count(wanted, '|')) + 1;
  if (!wanted.empty() && tests.size() == halves) {
    auto said = tests.front().value;
    if (halves == 2) said += "|" + tests.back().value;
    return {{std::string{wanted}, std::move(said)}};
  }
  std::vector<TypedValue> out;
  for (const auto& each : tests) {
    const auto type = type_of_path(each.path, each.value);
    if (type.empty()) return {};
    out.push_back({std::string{type}, each.value});
  }
  if (!joined || parts) return out;
  if (out.size() != 2) return out.size() == 1 ? out : std::vector<TypedValue>{};
  const auto type = pair_of(out[0], out[1]);
  if (type.empty()) return {};
  return {{type, out[0].value + "|" + out[1].value}};
}

std::vector<TypedValue> values_of_observable(const object& observable, const Finder& find) {
  return Observable{observable, find}.values();
}

}  // namespace tocsin::formats::misp
