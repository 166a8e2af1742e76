#include "formats/inventory/discovery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"

namespace tocsin::formats::inventory {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

/// Versions as "firmware 2.3".
std::vector<std::string> versions(const Item& item) {
  std::vector<std::string> all;
  for (const auto& each : item.versions) all.push_back(each.component + " " + each.text);
  return all;
}

std::string nmap(const std::string& hosts) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE nmaprun>\n<?xml-stylesheet href=\"file:///x.xsl\"?>\n"
         "<nmaprun scanner=\"nmap\" version=\"7.93\">" +
         hosts + "<runstats/></nmaprun>";
}
std::string host(const std::string& address, const std::string& inside) {
  return "<host><status state=\"up\"/><address addr=\"" + address + "\" addrtype=\"ipv4\"/>" + inside + "</host>";
}
std::string script(const std::string& port, const std::string& id, const std::string& answers) {
  return "<ports><port protocol=\"tcp\" portid=\"" + port + "\"><state state=\"open\"/><script id=\"" + id +
         "\" output=\"\">" + answers + "</script></port></ports>";
}
std::string answer(const std::string& key, const std::string& value) {
  return "<elem key=\"" + key + "\">" + value + "</elem>";
}

TEST(Nmap, ScriptsSayWhatDevicesAre) {
  struct Case {
    std::string inside;
    const char *vendor, *product, *model, *name, *serial;
    std::vector<std::string> versions;
  };
  const Case cases[] = {
      {script("102", "s7-info",
              answer("Module", "6ES7 315-2EH14-0AB0 ") + answer("Basic Hardware", "6ES7 315-2EH14-0AB0 ") +
                  answer("Version", "3.2.6") + answer("System Name", "SNAP7-SERVER") +
                  answer("Module Type", "CPU 315-2 PN/DP") + answer("Serial Number", "S C-C2UR28922012") +
                  answer("Copyright", "Original Siemens Equipment")),
       "Siemens",
       "CPU 315-2 PN/DP",
       "6ES7 315-2EH14-0AB0",
       "SNAP7-SERVER",
       "S C-C2UR28922012",
       {"firmware 3.2.6"}},
      {script("44818", "enip-info",
              answer("type", "Communications Adapter (12)") +
                  answer("vendor", "Rockwell Automation/Allen-Bradley (1)") +
                  answer("productName", "1769-L32E Ethernet Port") + answer("serialNumber", "0x00524d8e") +
                  answer("revision", "3.7")),
       "Rockwell Automation/Allen-Bradley",
       "1769-L32E Ethernet Port",
       "",
       "",
       "0x00524d8e",
       {"firmware 3.7"}},
      {script("502", "modbus-discover",
              "<table key=\"sid 0x64\">" + answer("Slave ID data", "x") +
                  answer("Device identification", "Schneider Electric PM710 v03.110") + "</table>"),
       "",
       "Schneider Electric PM710 v03.110",
       "",
       "",
       "",
       {"firmware v03.110"}},
      {"<ports><port protocol=\"tcp\" portid=\"502\"><state state=\"open\"/><script id=\"modbus-discover\" "
       "output=\"&#xa;  Positive response "
       "for sid = 0x64&#xa;    SLAVE ID DATA: x&#xa;    DEVICE IDENTIFICATION: Helmwerk HW-710 2.3\"/></port></ports>",
       "",
       "Helmwerk HW-710 2.3",
       "",
       "",
       "",
       {"firmware 2.3"}},
      {script("47808", "bacnet-info",
              answer("Vendor Name", "BACnet Stack at SourceForge (260)") + answer("Object Name", "SimpleServer") +
                  answer("Firmware", "0.8.2") + answer("Application Software", "1.0") + answer("Model Name", "GNU")),
       "BACnet Stack at SourceForge",
       "GNU",
       "",
       "SimpleServer",
       "",
       {"firmware 0.8.2", "software 1.0"}},
      {script("1911", "fox-info",
              answer("hostName", "station-1") + answer("app.name", "Station") + answer("app.version", "3.7.44") +
                  answer("brandId", "vykon")),
       "Tridium",
       "Niagara",
       "",
       "station-1",
       "",
       {" 3.7.44"}},
  };
  for (const auto& each : cases) {
    const auto items = read_nmap(nmap(host("10.0.0.1", each.inside)));
    ASSERT_TRUE(items) << items.error().to_string();
    ASSERT_EQ(items->size(), 1U);
    const auto& item = items->front();
    EXPECT_EQ(item.vendor, each.vendor);
    EXPECT_EQ(item.product, each.product);
    EXPECT_EQ(item.model, each.model);
    EXPECT_EQ(item.name, each.name);
    EXPECT_EQ(item.serial, each.serial);
    EXPECT_EQ(versions(item), each.versions) << each.product;
    EXPECT_THAT(item.addresses, ElementsAre("10.0.0.1"));
    EXPECT_EQ(item.key, "10.0.0.1");
  }
}

TEST(Nmap, ServicesAndSystemsAreThings) {
  const auto items = read_nmap(
      nmap("<host><status state=\"down\"/><address addr=\"10.0.0.9\" addrtype=\"ipv4\"/></host>" +
           host("10.0.0.2",
                "<address addr=\"00:0E:8C:00:00:01\" addrtype=\"mac\" vendor=\"Siemens AG\"/><hostnames><hostname "
                "name=\"hmi-1\" type=\"PTR\"/></hostnames>"
                "<ports><port protocol=\"tcp\" portid=\"22\"><state state=\"open\"/><service name=\"ssh\" "
                "product=\"OpenSSH\" version=\"8.2p1\" "
                "extrainfo=\"Ubuntu\"><cpe>cpe:/o:linux:linux_kernel</cpe><cpe>cpe:/a:openbsd:openssh:8.2p1</cpe></"
                "service></port>"
                "<port protocol=\"tcp\" portid=\"23\"><state state=\"closed\"/><service name=\"telnet\" "
                "product=\"x\"/></port>"
                "<port protocol=\"tcp\" portid=\"80\"><state state=\"open\"/><service name=\"http\"/></port></ports>"
                "<os><osmatch name=\"Linux 4.15\" accuracy=\"91\"/><osmatch name=\"Siemens SIMATIC HMI\" "
                "accuracy=\"98\"><osclass vendor=\"Siemens\">"
                "<cpe>cpe:/h:siemens:hmi</cpe></osclass></osmatch></os>") +
           host("10.0.0.3", "<os><osmatch name=\"a guess\" accuracy=\"60\"/></os>")));
  ASSERT_TRUE(items) << items.error().to_string();
  ASSERT_EQ(items->size(), 3U);
  const auto& device = (*items)[0];
  EXPECT_EQ(device.name, "hmi-1");
  EXPECT_EQ(device.product, "Siemens SIMATIC HMI");
  EXPECT_EQ(device.vendor, "Siemens");
  EXPECT_EQ(device.cpe, "cpe:/h:siemens:hmi");
  EXPECT_THAT(device.addresses, ElementsAre("10.0.0.2", "00:0E:8C:00:00:01"));
  const auto& service = (*items)[1];
  EXPECT_EQ(service.product, "OpenSSH");
  EXPECT_EQ(service.key, "10.0.0.2 22/tcp");
  EXPECT_EQ(service.cpe, "cpe:/a:openbsd:openssh:8.2p1");
  EXPECT_THAT(versions(service), ElementsAre(" 8.2p1"));
  EXPECT_EQ(service.row, 2U);
  EXPECT_EQ((*items)[2].product, "") << "a weak guess says nothing";
}

TEST(Nmap, SaysWhatIsWrong) {
  const std::pair<std::string, const char*> cases[] = {
      {"<a/>", "no output of Nmap"},
      {nmap(""), "no host that is up"},
      {nmap("<host>"), "well-formed"},
      {"<!DOCTYPE nmaprun [<!ENTITY a \"aaaa\">]><nmaprun>&a;</nmaprun>", "document type declaration"},
      {nmap(host("10.0.0.1", "<x>&a;</x>")), "none of XML's own"},
  };
  for (const auto& [text, wanted] : cases) {
    const auto items = read_nmap(text);
    ASSERT_FALSE(items) << text;
    EXPECT_THAT(items.error().message, HasSubstr(wanted));
  }
}

std::string tsv(const std::string& path, const std::string& fields, const std::string& rows) {
  return "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t" + path +
         "\n#open\t2025-03-01\n#fields\t" + fields + "\n#types\tx\n" + rows + "#close\t2025-03-01\n";
}

TEST(Zeek, LogsOfOneAddressAreOneThing) {
  const auto text = tsv("known_hosts", "ts\thost", "1.0\t10.1.1.164\n1.0\t10.1.1.9\n") +
                    tsv("known_services", "ts\thost\tport_num\tport_proto\tservice",
                        "1.0\t10.1.1.164\t44818\ttcp\tENIP\n1.0\t10.1.1.164\t44818\ttcp\tENIP\n") +
                    tsv("conn", "ts\tuid", "1.0\tC1\n") +
                    tsv("cip_identity",
                        "ts\tid.resp_h\tsource_h\tsocket_address\tvendor_name\tdevice_type_name\trevision\tserial_"
                        "number\tproduct_name",
                        "1.0\t10.1.1.164\t10.1.1.164\t10.1.1.164\tRockwell Automation/Allen-Bradley\tCommunications "
                        "Adapter\t4.3\t0x00524d8e\t1756-ENBT/A\\x20B\n");
  const auto items = read_zeek(text, "all.log");
  ASSERT_TRUE(items) << items.error().to_string();
  ASSERT_EQ(items->size(), 2U);
  const auto& device = items->front();
  EXPECT_EQ(device.key, "10.1.1.164");
  EXPECT_EQ(device.vendor, "Rockwell Automation/Allen-Bradley");
  EXPECT_EQ(device.product, "1756-ENBT/A B");
  EXPECT_EQ(device.serial, "0x00524d8e");
  EXPECT_THAT(versions(device), ElementsAre("firmware 4.3"));
  EXPECT_THAT(device.others, Contains(Pair("service", "44818/tcp ENIP")).Times(1));
}

TEST(Zeek, ReadsEveryLogThatNamesDevices) {
  struct Case {
    std::string text, name;
    const char *key, *vendor, *product, *model, *serial;
    std::vector<std::string> versions;
  };
  const Case cases[] = {
      {tsv("s7comm_known_devices",
           "ts\tid.orig_h\tid.resp_h\tsource_h\tautomation_system_name\tmodule_name\tplant_name\tmodule_serial",
           "1.0\t172.17.0.3\t172.17.0.2\t-\tSNAP7-SERVER\tCPU 315-2 PN/DP\t(empty)\tS C-C2UR28922012\n"),
       "x",
       "172.17.0.2",
       "",
       "CPU 315-2 PN/DP",
       "",
       "S C-C2UR28922012",
       {}},
      {R"({"ts":1,"id.resp_h":"10.0.0.7","source_h":"10.0.0.7","unit":1,"request_response":"RESPONSE","object_id":"VendorName","object_id_code":"0x00","object_value":"Schneider Electric"}
{"ts":1,"id.resp_h":"10.0.0.7","source_h":"10.0.0.7","unit":1,"request_response":"RESPONSE","object_id":"ProductCode","object_id_code":"0x01","object_value":"BMX P34 2020"}
{"ts":1,"id.resp_h":"10.0.0.7","source_h":"10.0.0.7","unit":1,"request_response":"RESPONSE","object_id":"MajorMinorVersion","object_id_code":"0x02","object_value":"v2.5"}
)",
       "modbus_read_device_identification.log",
       "10.0.0.7 unit 1",
       "Schneider Electric",
       "",
       "BMX P34 2020",
       "",
       {"firmware v2.5"}},
      {tsv("bacnet_discovery", "ts\tid.orig_h\tsource_h\tpdu_service\tobject_type\tinstance_number\tvendor",
           "1.0\t10.0.0.5\t10.0.0.5\ti-am\tdevice\t108\tAcuity Brands Lighting "
           "Inc.\n1.0\t10.0.0.50\t10.0.0.50\twho-is\t-\t-\t-\n") +
           tsv("bacnet_property", "ts\tsource_h\tpdu_service\tobject_type\tinstance_number\tproperty\tvalue",
               "1.0\t10.0.0.5\tread-property-ack\tdevice\t108\tmodel-name\tnLight\n1.0\t10.0.0.5\tread-property-"
               "ack\tdevice\t108\tfirmware-revision\t1.9\n"
               "1.0\t10.0.0.6\tread-property-request\tdevice\t108\tmodel-name\t-\n1.0\t10.0.0.5\tread-property-"
               "ack\tanalog-input\t1\tobject-name\tSensor\n"),
       "x",
       "10.0.0.5 device 108",
       "Acuity Brands Lighting Inc.",
       "nLight",
       "",
       "",
       {"firmware 1.9"}},
      {R"json({"_path":"software","host":"10.0.0.8","software_type":"HTTP::SERVER","name":"Apache","version.major":2,"version.minor":4,"version.minor2":41,"version.addl":"Ubuntu","unparsed_version":"Apache/2.4.41 (Ubuntu)"})json"
       "\n",
       "x",
       "10.0.0.8 Apache 2.4.41-Ubuntu",
       "",
       "Apache",
       "",
       "",
       {" 2.4.41-Ubuntu"}},
      {R"({"ts":1,"mac":"00:11:22:33:44:55","dhcp_host_name":"hmi-1"})",
       "known_devices.log",
       "00:11:22:33:44:55",
       "",
       "",
       "",
       "",
       {}},
      {R"({"ts":1,"host":"10.0.0.2","device_type":"Known::MODBUS_SLAVE"})",
       "known_modbus.00.log",
       "10.0.0.2",
       "",
       "",
       "",
       "",
       {}},
  };
  for (const auto& each : cases) {
    const auto items = read_zeek(each.text, each.name);
    ASSERT_TRUE(items) << items.error().to_string();
    ASSERT_EQ(items->size(), 1U) << each.key;
    const auto& item = items->front();
    EXPECT_EQ(item.key, each.key);
    EXPECT_EQ(item.vendor, each.vendor);
    EXPECT_EQ(item.product, each.product);
    EXPECT_EQ(item.model, each.model);
    EXPECT_EQ(item.serial, each.serial);
    EXPECT_EQ(versions(item), each.versions);
  }
}

TEST(Zeek, RecordsOfNoLogAreNamed) {
  EXPECT_THAT(read_zeek("{\"a\":1}\n", "-").error().message, HasSubstr("Nothing of these records names devices"));
}

TEST(Zeek, SaysWhatIsWrong) {
  const std::pair<std::string, const char*> cases[] = {
      {tsv("conn", "ts\tuid", "1.0\tC1\n"), "Nothing of conn names devices; read are known_hosts"},
      {tsv("known_hosts", "ts\thost", "1.0\n"), "Line 9: 1 values, but '#fields' names 2"},
      {"1.0\t10.0.0.1\n", "Line 1: no line '#fields' stands above it"},
      {"{\"host\":\n", "Line 1:"},
      {"", "name no device"},
      {tsv("known_hosts", "ts\thost", ""), "name no device"},
  };
  for (const auto& [text, wanted] : cases) {
    const auto items = read_zeek(text, "x.log");
    ASSERT_FALSE(items) << text;
    EXPECT_THAT(items.error().message, HasSubstr(wanted));
  }
}

TEST(NetBox, DevicesOfItsApi) {
  const auto parsed =
      json::parse(R"({"count":1,"next":null,"results":[{"id":5,"name":"plc-1","asset_tag":null,"serial":"S1",
    "device_type":{"id":1,"manufacturer":{"name":"Helmwerk"},"model":"HW-710","slug":"hw-710"},"role":{"name":"Controller"},"device_role":{"name":"Controller"},
    "tenant":{"name":"Water"},"site":{"name":"Plant 3"},"location":{"name":"Hall 2"},"platform":null,"primary_ip4":{"address":"10.0.0.1/24"},
    "primary_ip":{"address":"10.0.0.1/24"},"tags":[{"name":"ot"}],
    "custom_fields":{"firmware_version":"2.3","zone":{"value":"z","label":"Cell 1"},"order_number":null,"warranty":3}}]})");
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(looks_like_netbox(parsed->root()));
  const auto items = read_netbox(parsed->root());
  ASSERT_TRUE(items);
  ASSERT_EQ(items->size(), 1U);
  const auto& item = items->front();
  EXPECT_EQ(item.key, "device 5");
  EXPECT_EQ(item.name, "plc-1");
  EXPECT_EQ(item.vendor, "Helmwerk");
  EXPECT_EQ(item.product, "HW-710");
  EXPECT_EQ(item.serial, "S1");
  EXPECT_EQ(item.site, "Plant 3");
  EXPECT_EQ(item.zone, "Cell 1");
  EXPECT_EQ(item.owner, "Water");
  EXPECT_THAT(item.addresses, ElementsAre("10.0.0.1"));
  EXPECT_THAT(item.tags, ElementsAre("ot"));
  EXPECT_THAT(versions(item), ElementsAre("firmware 2.3"));
  EXPECT_THAT(item.others, ElementsAre(Pair("location", "Hall 2"), Pair("role", "Controller"), Pair("warranty", "3")));
  for (const auto* none : {"{}", "[]", "7", R"({"results":[]})", R"({"results":7})"}) {
    EXPECT_FALSE(looks_like_netbox(json::parse(none)->root())) << none;
    EXPECT_FALSE(read_netbox(json::parse(none)->root())) << none;
  }
}

TEST(Grassmarlin, DetailsAreUnderstoodLikeColumns) {
  const auto items = read_grassmarlin(
      "<GmDataExportType><Fingerprints/><ImportedItems/><Data><Network name=\"10.0.0.0/24\"><Device name=\"plc\" "
      "primaryAddress=\"10.0.0.1\" "
      "type=\"LOGICAL\"><Detail name=\"Vendor\">Helmwerk</Detail><Detail name=\"Model\">HW-710</Detail><Detail "
      "name=\"Role\">SERVER</Detail>"
      "<Connection ip=\"10.0.0.2\">x</Connection></Device></Network><Network name=\"x\"/></Data></GmDataExportType>");
  ASSERT_TRUE(items) << items.error().to_string();
  ASSERT_EQ(items->size(), 1U);
  EXPECT_EQ(items->front().name, "plc");
  EXPECT_EQ(items->front().vendor, "Helmwerk");
  EXPECT_EQ(items->front().model, "HW-710");
  EXPECT_EQ(items->front().zone, "10.0.0.0/24");
  EXPECT_THAT(items->front().addresses, ElementsAre("10.0.0.1"));
  EXPECT_THAT(items->front().others, ElementsAre(Pair("Role", "SERVER")));
  EXPECT_FALSE(read_grassmarlin("<GmDataExportType/>"));
  EXPECT_FALSE(read_grassmarlin("<a/>"));
}

std::string attribute(const std::string& name, const std::string& value) {
  return "<Attribute Name=\"" + name + "\" AttributeDataType=\"xs:string\"><Value>" + value + "</Value></Attribute>";
}

TEST(AutomationMl, HardwareOfTiaPortal) {
  for (const auto* begin : {"<CAEXFile SchemaVersion=\"2.15\" FileName=\"x.aml\">",
                            "<CAEXFile xmlns=\"http://www.dke.de/CAEX\" SchemaVersion=\"3.0\" FileName=\"x.aml\">"}) {
    const auto items = read_automation_ml(
        std::string{begin} +
        "<InstanceHierarchy Name=\"h\"><InternalElement Name=\"Project\" ID=\"p\">"
        "<InternalElement Name=\"Station_1\" ID=\"s\">" +
        attribute("TypeIdentifier", "System:Device.S71500") + "<InternalElement Name=\"Rack_0\" ID=\"r\">" +
        attribute("TypeName", "Rack") + attribute("TypeIdentifier", "System:Rack.S71500") +
        "<InternalElement Name=\"PLC_1\" ID=\"c\">" + attribute("TypeName", "CPU 1515-2 PN") +
        attribute("DeviceItemType", "CPU") + attribute("PositionNumber", "1") + attribute("BuiltIn", "false") +
        attribute("TypeIdentifier", "OrderNumber:6ES7 515-2AM01-0AB0/V2.8") + attribute("Comment", "pumps") +
        "<InternalElement Name=\"PROFINET interface_1\" ID=\"i\"><InternalElement Name=\"E1\" ID=\"e\">" +
        attribute("NetworkAddress", "192.168.0.1") +
        "</InternalElement></InternalElement></InternalElement>"
        "<InternalElement Name=\"DI\" ID=\"d\">" +
        attribute("TypeIdentifier", "OrderNumber:6ES7 521-1BH00-0AB0") + attribute("FirmwareVersion", "V2.1") +
        "</InternalElement></InternalElement></InternalElement>"
        "<InternalElement Name=\"Drive\" ID=\"v\">" +
        attribute("Manufacturer", "Helmwerk") + attribute("TypeName", "HW-710") + attribute("SerialNumber", "7") +
        "</InternalElement></InternalElement></InstanceHierarchy></CAEXFile>");
    ASSERT_TRUE(items) << items.error().to_string();
    ASSERT_EQ(items->size(), 3U);
    const auto& cpu = (*items)[0];
    EXPECT_EQ(cpu.key, "c");
    EXPECT_EQ(cpu.name, "PLC_1");
    EXPECT_EQ(cpu.product, "CPU 1515-2 PN");
    EXPECT_EQ(cpu.model, "6ES7 515-2AM01-0AB0");
    EXPECT_THAT(versions(cpu), ElementsAre("firmware V2.8"));
    EXPECT_THAT(cpu.addresses, ElementsAre("192.168.0.1"));
    EXPECT_THAT(cpu.others, Contains(Pair("station", "Rack_0")));
    EXPECT_THAT(cpu.others, Contains(Pair("kind", "CPU")));
    EXPECT_THAT(versions((*items)[1]), ElementsAre("firmware V2.1"));
    EXPECT_EQ((*items)[2].vendor, "Helmwerk");
    EXPECT_EQ((*items)[2].product, "HW-710");
    EXPECT_EQ((*items)[2].serial, "7");
  }
  EXPECT_THAT(read_automation_ml("<a/>").error().message, HasSubstr("no AutomationML"));
  EXPECT_THAT(read_automation_ml("<CAEXFile/>").error().message, HasSubstr("has an order number"));
  std::string deep = "<CAEXFile><InstanceHierarchy>", closing;
  for (int i = 0; i < 200; ++i) {
    deep += "<InternalElement>";
    closing += "</InternalElement>";
  }
  EXPECT_THAT(read_automation_ml(deep + closing + "</InstanceHierarchy></CAEXFile>").error().message,
              HasSubstr("nested"));
}

}  // namespace
}  // namespace tocsin::formats::inventory
