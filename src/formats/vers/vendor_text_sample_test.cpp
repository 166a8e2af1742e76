// 200 texts drawn from the real corpus and what they mean, by a person's reading. Drawn among all distinct texts but
// the labelled ones, a text as likely as it has products (seed 20240601). They were labelled from the text and the name
// of its product alone, before what the reader made of them was looked at.
#include <algorithm>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "formats/vers/vendor_text.hpp"

namespace tocsin::formats::vers {
namespace {

using Kind = VendorReading::Kind;
constexpr auto kVersion = BranchKind::product_version;
constexpr auto kRange = BranchKind::product_version_range;

struct SampleCase {
  BranchKind branch;
  std::string_view product, text;
  Kind kind;
  /// Intervals ("<=2.5|>1.0 || 3.4"), of conditions with the condition in square brackets; in braces what has the
  /// version; behind " ? " what may be meant besides. Of models their names.
  std::string_view meaning;
};

constexpr SampleCase kSample[] = {
    {kRange, "SCALANCE X200-4P IRT (6GK5200-4AH00-2BA3)", "vers:all/<V5.5.2", Kind::range, "<5.5.2"},
    {kRange, "SIMATIC CP 1242-7 GPRS V2", "All versions < V2.1.82", Kind::range, "<2.1.82"},
    {kVersion, "Performance Series NVRs", "HEN16184", Kind::model, "HEN16184"},
    {kRange, "SIMATIC CP1616/CP1604", "All Versions >= V2.7", Kind::range, ">=2.7"},
    {kRange, "RUGGEDCOM i800", "< V4.3.8", Kind::range, "<4.3.8"},
    {kRange, "H4-ECOM100 Module", "<= 4.0.2148", Kind::range, "<=4.0.2148"},
    {kVersion, "Treck Inc TCP/IP", "UDP", Kind::model, "UDP"},
    {kRange, "SIMATIC PCS 7 V8.2", "All versions < V8.2 SP1 with WinCC V7.4 SP1 Upd11", Kind::condition,
     "<8.2 SP1 [with WinCC V7.4 SP1 Upd11]"},
    {kRange, "Data Transfer", "<= 3.44W", Kind::range, "<=3.44W"},
    {kRange, "SCALANCE X302-7 EEC (230V, coated) (6GK5302-7GD00-3GA3)", "vers:all/<V4.1.4", Kind::range, "<4.1.4"},
    {kRange, "Mendix Applications using Mendix 7", "< V7.23.19", Kind::range, "<7.23.19"},
    {kRange, "PcVue", ">= 8.10 | < 12.0.17", Kind::range, ">=8.10|<12.0.17"},
    {kRange, "SIMATIC CP 443-1 (6GK7443-1EX30-0XE0)", "vers:all/<V3.3", Kind::range, "<3.3"},
    {kRange, "MSC800", "< 4.0", Kind::range, "<4.0"},
    {kRange, "CBEH", "< 3.6 Build 170215", Kind::range, "<3.6 Build 170215"},
    {kRange, "SCALANCE X-300 switch family (incl. X408 and SIPLUS NET variants)", "< V4.1.3", Kind::range, "<4.1.3"},
    {kRange, "MB3660 series", "<= 2.2", Kind::range, "<=2.2"},
    {kRange, "GT SoftGOT2000", "<= 1.250L", Kind::range, "<=1.250L"},
    {kVersion, "RTU500 series CMU", "13.2.1-13.2.4", Kind::range, ">=13.2.1|<=13.2.4"},
    {kRange, "DIGSI 5 (affected as IEC 61850 system configurator is incorporated)", "All versions < V7.80", Kind::range,
     "<7.80"},
    {kRange, "SIMATIC STEP 7 (TIA Portal) V14", "< V14 SP1 Update 6", Kind::range, "<14 SP1 Update 6"},
    {kVersion, "ATI Emergency Mass Notification Systems", "MHPSS", Kind::model, "MHPSS"},
    {kRange, "RUGGEDCOM ROS i800", "< V4.3.7", Kind::range, "<4.3.7"},
    {kRange, "Allen-Bradley Stratix 5400 Industrial Ethernet Switches", "<= 15.2(6)E0a", Kind::range, "<=15.2(6)E0a"},
    {kRange, "RUGGEDCOM RM1224 LTE(4G) EU (6GK6108-4AM00-2BA2)", "vers:all/<V7.1.2", Kind::range, "<7.1.2"},
    {kVersion, "Allen-Bradley Stratix 5950", "1783-SAD2T2SBK9", Kind::model, "1783-SAD2T2SBK9"},
    {kRange, "SCALANCE SC646-2C (6GK5646-2GS00-2AC2)", "< 2.0.1", Kind::range, "<2.0.1"},
    {kRange, "SINUMERIK MC", "< V6.21", Kind::range, "<6.21"},
    {kRange, "RUGGEDCOM RMC8388 V5.X", "< V5.7.0", Kind::range, "<5.7.0"},
    {kRange, "SIMATIC ET 200pro IM154-8 PN/DP CPU (6ES7154-8AB01-0AB0)", "vers:all/<V3.2.17", Kind::range, "<3.2.17"},
    {kRange, "Parasolid V33.1", "< V33.1.262", Kind::range, "<33.1.262"},
    {kRange, "LonWorks Control Server (LCS)", "<= 10.1", Kind::range, "<=10.1"},
    {kRange, "Automation Studio", "2.7 | 3.0.71 | 3.0.80 | 3.0.81 | 3.0.90 | >= 4.0.x | <= 4.6.4 | 4.7.2", Kind::list,
     "2.7 || 3.0.71 || 3.0.80 || 3.0.81 || 3.0.90 || >=4.0|<=4.6.4 || 4.7.2"},
    {kRange, "SIMATIC HMI Comfort Outdoor Panels V15 7\" & 15\" (incl. SIPLUS variants)", "< V15.1 Update 6",
     Kind::range, "<15.1 Update 6"},
    {kRange, "Desigo PXC00-E.D", ">= V2.3 and < V6.30.016", Kind::range, ">=2.3|<6.30.16"},
    {kRange, "RUGGEDCOM i800", "vers:all/<V4.3.8", Kind::range, "<4.3.8"},
    {kRange, "SCALANCE X302-7 EEC (2x 24V)", "< V4.1.4", Kind::range, "<4.1.4"},
    {kRange, " SIMATIC S7-400 CPU 414-3 PN/DP V7 (6ES7414-3EM07-0AB0)", "vers:all/<V7.0.3", Kind::range, "<7.0.3"},
    {kRange, "ATV340 DTM", "< 1.2.3", Kind::range, "<1.2.3"},
    {kRange, "SIMATIC CP 1243-7 LTE EU (6GK7243-7KX30-0XE0)", ">=V3.1.39 and < V3.3", Kind::range, ">=3.1.39|<3.3"},
    {kRange, "SIPROTEC 5 6MD85 (CP200)", "< V7.58", Kind::range, "<7.58"},
    {kRange, "SIMATIC IPC427E (incl. SIPLUS variants)", "All BIOS versions < V21.01.15", Kind::range, "<21.1.15"},
    {kRange, "SCALANCE X204-2 (6GK5204-2BB10-2AA3)", "vers:all/<V5.2.6", Kind::range, "<5.2.6"},
    {kVersion, "JetNet5728G-24P", "1.4", Kind::list, "1.4"},
    {kRange, "ControlFLASH", ">= 14", Kind::range, ">=14"},
    {kRange, "netCADOPS Web Application", "<= 3.4", Kind::range, "<=3.4"},
    {kRange, "750-880 firmware", "<= 10", Kind::range, "<=10"},
    {kRange, "GT SoftGOT2000 Version 1", "<= 1.241B", Kind::range, "<=1.241B"},
    {kRange, "MELSEC Q Series Q03UDECPU The first 5 digits of serial No.", "<=23121", Kind::serial_number, "<=23121"},
    {kRange, "SIMATIC ET 200SP Open Controller CPU 1515SP PC2 (incl. SIPLUS variants)", "< V0209_0105", Kind::range,
     "<209.105"},
    {kVersion, "Performance Series NVRs", "HEN32284", Kind::model, "HEN32284"},
    {kRange, "SENTRON PAC3200", "< V2.4.7", Kind::range, "<2.4.7"},
    {kVersion, "AXC 3050", "2700989", Kind::model, "2700989"},
    {kRange, "IntelliVue patient monitor MX100", "<=N", Kind::range, "<=N"},
    {kRange, "SCALANCE W1750D", "< V8.7.1.3", Kind::range, "<8.7.1.3"},
    {kRange, "SENTRON PAC2200 (without MID Approval)", "< V3.0.5", Kind::range, "<3.0.5"},
    {kRange, "SCALANCE XM408-4C (6GK5408-4GP00-2AM2)", "vers:all/<V6.5", Kind::range, "<6.5"},
    {kRange, "Soft Starter ES V15.1", "< V15.1 Update 3", Kind::range, "<15.1 Update 3"},
    {kRange, "SCALANCE XB205-3 (SC, PN) (6GK5205-3BB00-2AB2)", "vers:all/<V4.4", Kind::range, "<4.4"},
    {kRange, "EDR-G902 Series", "<= 5.4", Kind::range, "<=5.4"},
    {kRange, "TD220X series radio", "<  rev. 2.0.16", Kind::range, "<2.0.16"},
    {kRange, "PI Data Collection Manager", "<= 2.5.19.0", Kind::range, "<=2.5.19.0"},
    {kRange, "RUGGEDCOM ROX MX5000", "< V2.14.1", Kind::range, "<2.14.1"},
    {kRange, "SIMATIC TDC CPU555", "vers:all/<V1.1.1", Kind::range, "<1.1.1"},
    {kVersion, "SIO-MB04DAS", "4714432222", Kind::model, "4714432222"},
    {kRange, "ApexPro Telemetry Server", "<= 4.2", Kind::range, "<=4.2"},
    {kRange, "SIMATIC WinCC (TIA Portal) V14", "All versions < V14 SP1 Update 10", Kind::range, "<14 SP1 Update 10"},
    {kRange, "RUGGEDCOM RM1224 LTE(4G) EU", "< V7.1", Kind::range, "<7.1"},
    {kRange, "STARDOM Controller FCN-500", "<=(R4.02)", Kind::range, "<=4.2"},
    {kRange, "SCALANCE X-200 switch family (incl. SIPLUS NET variants)", "< 5.2.4", Kind::range, "<5.2.4"},
    {kRange, "SIMATIC S7-1500 CPU family (incl. related ET200 CPUs and SIPLUS variants)", "vers:all/<V1.7.0",
     Kind::range, "<1.7.0"},
    {kRange, "D2-250-1", "< V4.91", Kind::range, "<4.91"},
    {kVersion, "Infiniti JX35", "2013", Kind::list, "2013"},
    {kRange, "ISPSoft", "<= 3.0.5", Kind::range, "<=3.0.5"},
    {kRange, "Cscape", "< 9.90 SP5", Kind::range, "<9.90 SP5"},
    {kRange, "SINAMICS SL150 V4.7 (Control Unit)", "All versions < V4.7 HF33", Kind::range, "<4.7 HF33"},
    {kRange, "RUGGEDCOM RMC8388 V5.X", "vers:all/<V5.6.0", Kind::range, "<5.6.0"},
    {kRange, "HFD5PR1", " <1.000.HW01.1.20190822", Kind::range, "<1.000.HW01.1.20190822"},
    {kRange, "Solid Edge SE2021", "All Versions < SE2021MP5", Kind::range, "<SE2021MP5"},
    {kRange, "Siveillance Video Open Network Bridge", "2020 R1", Kind::list, "2020 R1"},
    {kRange, "H4D3PRV2", " <1.000.HW01.1.190814", Kind::range, "<1.000.HW01.1.190814"},
    {kRange, "IP Gateway", "<= 3.39", Kind::range, "<=3.39"},
    {kVersion, "PI Integrator for Microsoft Azure", "2016", Kind::list, "2016"},
    {kVersion, "exacqVision Server", "9.6 | 9.8", Kind::list, "9.6 || 9.8"},
    {kRange, "SIMATIC ET200MP IM155-5 PN ST (incl. SIPLUS variants)", "< V4.1", Kind::range, "<4.1"},
    {kRange, "SIMATIC ET 200SP Open Controller CPU 1515SP PC2 (incl. SIPLUS variants)", "< V21.9", Kind::range,
     "<21.9"},
    {kRange, "SIMATIC PN/PN Coupler (incl. SIPLUS NET variants)", "< V4.0", Kind::range, "<4.0"},
    {kRange, "SIMATIC MV400 family", "All Versions < V7.0.6", Kind::range, "<7.0.6"},
    {kRange, "WebAccess", "<= 8.4.1", Kind::range, "<=8.4.1"},
    {kRange, "SIPLUS NET CP 1543-1 (6AG1543-1AX00-2XE0)", "< 2.2", Kind::range, "<2.2"},
    {kVersion, "FactoryTalk Linx Enterprise software", "6.20 | 6.21 | 6.30", Kind::list, "6.20 || 6.21 || 6.30"},
    {kRange, "H4W2GR1", " <1.000.HW00.21.20190812", Kind::range, "<1.000.HW00.21.20190812"},
    {kRange, "MELSEC L L02 CPU (-P)", "<=the_first_5_digits_of_serial_number_23121", Kind::serial_number, "<=23121"},
    {kRange, "SCALANCE M812-1 ADSL-Router (Annex A) (6GK5812-1AA00-2AA2)", "< 6.2", Kind::range, "<6.2"},
    {kRange, "SIMATIC IT UADM", "All versions < V1.3", Kind::range, "<1.3"},
    {kRange, "SIMATIC ET 200pro IM154-8 PN/DP CPU (6ES7154-8AB01-0AB0)", "vers:all/<V3.2.19", Kind::range, "<3.2.19"},
    {kRange, "SIMATIC S7-1500 CPU family (incl. related ET200 CPUs and SIPLUS variants)", ">= V2.5 < V2.6.1",
     Kind::range, ">=2.5|<2.6.1"},
    {kRange, "SIMATIC ET 200SP Open Controller CPU 1515SP PC (incl. SIPLUS variants)", "vers:all/<V2.0", Kind::range,
     "<2.0"},
    {kRange, "SCALANCE XM408-4C (6GK5408-4GP00-2AM2)", "vers:all/<V6.6", Kind::range, "<6.6"},
    {kRange, "Desigo PXC001-E.D", ">= 2.3x | <= 6.00.327", Kind::range, ">=2.30|<=6.0.327 ? >=2.3|<=6.0.327"},
    {kRange, "All ESLs running firmware", "<= 6.01.00/29.03.2007", Kind::range, "<=6.1.0"},
    {kRange, "CODESYS Control RTE V3 (for Beckhoff CX) containing the webserver CmpWebServer", "< 3.5.14.10",
     Kind::range, "<3.5.14.10"},
    {kRange, "V-Server Lite", "< 4.0.12.0", Kind::range, "<4.0.12.0"},
    {kVersion, "Power Line Communications (PLC)", "J2497", Kind::model, "J2497"},
    {kRange, "CODESYS Control RTE V3 (for Beckhoff CX) containing the CmpUserMgr", "< 3.5.13.0", Kind::range,
     "<3.5.13.0"},
    {kRange, "SIMATIC CP 1545-1 (6GK7545-1GX00-0XE0)", "< V1.1", Kind::range, "<1.1"},
    {kRange, "SICAM P850", "< V3.00", Kind::range, "<3.00"},
    {kRange, "SIMATIC CP 1243-8 IRC (6GK7243-8RX30-0XE0)", "< 3.2", Kind::range, "<3.2"},
    {kRange, "SCALANCE X-200IRT switch family (incl. SIPLUS NET variants)", "< V5.5.0", Kind::range, "<5.5.0"},
    {kRange, "iSeq 100 Instrument LRM", ">= 1.3 | <= 3.1", Kind::range, ">=1.3|<=3.1"},
    {kRange, "MELSEC iQ-R series Safety CPU R08SFCPU Firmware", "<=26", Kind::range, "<=26"},
    {kRange, "SCALANCE S602", ">= V3.0 and < V4.1", Kind::range, ">=3.0|<4.1"},
    {kRange, "SIMATIC ET200SP IM155-6 PN HA (incl. SIPLUS variants)", "vers:all/<V1.2.1", Kind::range, "<1.2.1"},
    {kVersion, "AVEVA System Platform", "2020 R2 P01", Kind::list, "2020 R2 P01"},
    {kRange, "CENTUM VP Entry Class", ">= R4.01.00 | <= R6.03.10", Kind::range, ">=4.1.0|<=6.3.10"},
    {kRange, "ICONICS Suite GENESIS64", "<=10.97", Kind::range, "<=10.97"},
    {kRange, "SINAMICS DCP w. PN", "< V1.2 HF2", Kind::range, "<1.2 HF2"},
    {kRange, "CODESYS Control for emPC-A/iMX6", "< 3.5.15.0", Kind::range, "<3.5.15.0"},
    {kRange, "SICAM P850 (7KG8500-0AA00-0AA0)", "< V3.10", Kind::range, "<3.10"},
    {kRange, "339 Motor Protection Relay firmware", "< 2.30", Kind::range, "<2.30"},
    {kRange, "Inductive Automation Ignition 7 Gateway", "< 7.9.14", Kind::range, "<7.9.14"},
    {kVersion, "MiniMed 670G",
     "MMT-1740 | MMT-1741 | MMT-1742 | MMT-1760 | MMT-1762 | MMT-1762 | MMT-1780 | MMT-1781 | MMT-1782", Kind::model,
     "MMT-1740 | MMT-1741 | MMT-1742 | MMT-1760 | MMT-1762 | MMT-1762 | MMT-1780 | MMT-1781 | MMT-1782"},
    {kRange, "NPort 5150", "<= 3.7", Kind::range, "<=3.7"},
    {kVersion, "RFC 470 PN 3TX", "2916600", Kind::model, "2916600"},
    {kRange, "SIMATIC ET 200SP Open Controller CPU 1515SP PC2 (incl. SIPLUS variants)",
     ">= 20.8 (only affected by CVE-2019-10943)", Kind::condition, ">=20.8 [only affected by CVE-2019-10943]"},
    {kRange, "SDM600", "< 1.2 FP2 HF6 (Build Nr. 1.2.14002.257)", Kind::range, "<1.2 FP2 HF6"},
    {kRange, "MELSEC iQ-R Series R08SFCPU", "<=firmware_29", Kind::range, "<=29"},
    {kRange, "OnCell G3100-HSPA Series", "<=1.4 Build 160062919", Kind::range, "<=1.4 Build 160062919"},
    {kRange, "SIMATIC RF166C (6GT2002-0EE20)", "vers:all/<V2.0.1", Kind::range, "<2.0.1"},
    {kRange, "SIMATIC RTU3010C", "< V4.0.9", Kind::range, "<4.0.9"},
    {kRange, "G-Code EWPC-22xx", "<= 1.12.0.25 | 1.12.13.2 | 1.12.14.5", Kind::list,
     "<=1.12.0.25 || 1.12.13.2 || 1.12.14.5 ? <=1.12.14.5"},
    {kRange, " SYS600", "<=9.4 FP1 | >= 10.2.1", Kind::list, "<=9.4 FP1 || >=10.2.1"},
    {kRange, "IGSS Data Collector (dc.exe)", "<= 15.0.0.21243", Kind::range, "<=15.0.0.21243"},
    {kVersion, "Digital Video Recorders and IP Cameras", "DHI-HCVR58A32S-S2", Kind::model, "DHI-HCVR58A32S-S2"},
    {kRange, "ICONICS Suite GENESIS64", "<=10.96.2", Kind::range, "<=10.96.2"},
    {kVersion, "LOGIQ 7", "BT03 | BT04 | BT06", Kind::list, "BT03 || BT04 || BT06"},
    {kRange, "CODESYS Control RTE V3 (for Beckhoff CX)", ">= 3.5.11.0 | <= 3.5.15.0", Kind::range,
     ">=3.5.11.0|<=3.5.15.0"},
    {kRange, "SCALANCE SC622-2C (6GK5622-2GS00-2AC2)", "vers:all/>=2.3<V3.0", Kind::range, ">=2.3|<3.0"},
    {kRange, "RJ71GN11-T2", "<= 11", Kind::range, "<=11"},
    {kRange, "SCALANCE X200-4P IRT (6GK5200-4AH00-2BA3)", "All Versions < V5.3", Kind::range, "<5.3"},
    {kRange, "Kepware KEPServerEX", "< 6.12", Kind::range, "<6.12"},
    {kRange, "EtherNet/IP Adapter Development Kit (EADK)", "<= 4.4.0", Kind::range, "<=4.4.0"},
    {kRange, "Mendix Excel Importer Module", "< V9.0.3", Kind::range, "<9.0.3"},
    {kRange, "Smart Security Manager", "<= 1.5", Kind::range, "<=1.5"},
    {kRange, "SIPROTEC 7SD686", "All versions < V 4.05", Kind::range, "<4.5"},
    {kRange, "FL SWITCH 3006T-2FX SM", ">= 1.0 | <= 1.32", Kind::range, ">=1.0|<=1.32"},
    {kRange, "SIMATIC PCS 7 V8.1 and earlier versions", "All versions", Kind::all, "*"},
    {kVersion, "Performance Series NVRs", "HEN643164", Kind::model, "HEN643164"},
    {kRange, "GX Works3", ">= 1.095Z", Kind::range, ">=1.95Z"},
    {kVersion, "Cimplicity", "10.0", Kind::list, "10.0"},
    {kRange, "PcVue 12 OAuth web service configuration", "< 12.0.27", Kind::range, "<12.0.27"},
    {kVersion, "MMT-503 Remote Controller", "MMT-515 / MMT-715 Paradigm x15", Kind::model,
     "MMT-515 / MMT-715 Paradigm x15"},
    {kRange, "Cscape", "<=9.80.75.3 SP3", Kind::range, "<=9.80.75.3 SP3"},
    {kVersion, "Blue Link", "3.9.5", Kind::list, "3.9.5"},
    {kRange, "SIMATIC IPC427E (incl. SIPLUS variants)", "BIOS < V21.01.07", Kind::range, "<21.1.7"},
    {kVersion, "IPCOMM ipDIO", "3.9 | 2016 3.9", Kind::list, "3.9"},
    {kRange, "750-8207/025-001", "< 02.07.07(10)", Kind::range, "<2.7.7(10)"},
    {kRange, "AG-150A-J", "<= 3.20", Kind::range, "<=3.20"},
    {kVersion, "RTU500 series CMU Firmware", "13.2.1", Kind::list, "13.2.1"},
    {kRange, "SIMATIC RF600R family", "< V3.2.1", Kind::range, "<3.2.1"},
    {kRange, "MicroStation Connect", "<= 10.17.0.209", Kind::range, "<=10.17.0.209"},
    {kRange, "SIPROTEC 5 relays with CPU variants CP200 and the respective Ethernet", "All versions < V7.58",
     Kind::range, "<7.58"},
    {kRange, "Siveillance Video Open Network Bridge", "2020 R2", Kind::list, "2020 R2"},
    {kRange, "MELSEC iQ-R Series R08PSFCPU Firmware", "<=08", Kind::range, "<=8"},
    {kRange, "RUGGEDCOM RM1224 family (6GK6108-4AM00)", ">= V5.0 and < V6.4", Kind::range, ">=5.0|<6.4"},
    {kRange, "MELSEC iQ-R R08 PSFCPU firmware", "<=06", Kind::range, "<=6"},
    {kRange, "DC Mobile", "< Main r515 Estop_v24", Kind::unread, ""},
    {kRange, "Communicator Application", "< 4.0.517", Kind::range, "<4.0.517"},
    {kRange, "Cscape", "<= 9.90", Kind::range, "<=9.90"},
    {kRange, "Niagara AX Framework", "<= 3.8", Kind::range, "<=3.8"},
    {kRange, "eSOMS", "< 6.3  of telerik software", Kind::range, "<6.3 {telerik software}"},
    {kRange, "netCADOPS Web Application", "<= 7.2x", Kind::range, "<7.30"},
    {kRange, "CODESYS Runtime Toolkit 32-bit full", "< 2.4.7.55", Kind::range, "<2.4.7.55"},
    {kRange, "Vivid 7", ">=BT02 | <= BT06", Kind::range, ">=BT02|<=BT06"},
    {kVersion, "ExactaMix EM1200", "1.1 | 1.2 | 1.4 | 1.5", Kind::list, "1.1 || 1.2 || 1.4 || 1.5"},
    {kRange, "SIMATIC S7-200 SMART CPU SR20 (6ES7 288-1SR20-0AA0)",
     "All versions <= V2.5.0 and Function State (FS) <= 11", Kind::condition, "<=2.5.0 [Function State <= 11]"},
    {kRange, "SCALANCE W1748-1 M12", "< V3.0.0", Kind::range, "<3.0.0"},
    {kRange, "SIMATIC S7-300 CPU 314C-2 PN/DP (6ES7314-6EH04-0AB0)", "vers:all/<V3.3.16", Kind::range, "<3.3.16"},
    {kRange, "Mendix Applications using Mendix 9", "< V9.6.2", Kind::range, "<9.6.2"},
    {kRange, "SIMATIC Drive Controller family", "vers:all/<V3.0.1", Kind::range, "<3.0.1"},
    {kRange, "Enterprise Server installer", ">= 1.9 | <= 3.1", Kind::range, ">=1.9|<=3.1"},
    {kRange, "Teamcenter Active Workspace V5.0", "< V5.0.8", Kind::range, "<5.0.8"},
    {kRange, "DAQFactory", "< 17.1", Kind::range, "<17.1"},
    {kRange, "SEPCOS Single Package firmware (1.24.xx feature level)", "< 1.24.8", Kind::range, "<1.24.8"},
    {kRange, "fdtCONTAINER", ">= 3.6.0 | <= 3.6.20304.x", Kind::range, ">=3.6.0|<3.6.20305"},
    {kRange, "SINEC NMS", "< V1.0 SP1", Kind::range, "<1.0 SP1"},
    {kRange, "SIMATIC PDM", "vers:all/<V9.2.2", Kind::range, "<9.2.2"},
    {kRange, "GT2107-WTBD", "<= 01.39.000", Kind::range, "<=1.39.0"},
    {kRange, "SIMATIC CP 1542SP-1 (6GK7542-6UX00-0XE0)", ">= V2.0 < V2.2.28", Kind::range, ">=2.0|<2.2.28"},
    {kRange, "SIMATIC ET200MP IM155-5 PN HF (incl. SIPLUS variants)", "vers:all/<V4.4.0", Kind::range, "<4.4.0"},
    {kRange, "R12CCPU-V", "<=13", Kind::range, "<=13"},
    {kVersion, "Control Builder Safe", "1.0 | 1.1 | 2.0", Kind::list, "1.0 || 1.1 || 2.0"},
    {kRange, "libIEC61850", ">= 1.5 | <= a3b04b7bc4872a5a39e5de3fdc5fbde52c09e10e", Kind::condition,
     ">=1.5 [<= a3b04b7bc4872a5a39e5de3fdc5fbde52c09e10e]"},
    {kRange, "HEN04103", " <3.215.00HW001.2.20190821", Kind::range, "<3.215.00HW001.2.20190821"},
    {kRange, "Ethicon Endo-Surgery Generator Gen11", "<  november 29 2017", Kind::date, "<2017-11-29"},
    {kRange, "InduSoft Web Studio", "<8.1 SP2", Kind::range, "<8.1 SP2"},
    {kRange, "R04/08/16/32/120CPU R04/08/16/32/120ENCPU", "<= 39", Kind::range, "<=39"},
    {kRange, "CX-Supervisor", "<= 3.42", Kind::range, "<=3.42"},
    {kRange, "Dahua IPC-HDBW2XXX", "< 2.820.0000000.48.R.220614", Kind::range, "<2.820.0000000.48.R.220614"},
    {kVersion, "Point of Care handheld medical devices", "CoaguChek XS Pro", Kind::model, "CoaguChek XS Pro"},
};

std::optional<VendorBound> bound_of(std::string_view text, std::string_view sign) {
  auto version = read_vendor_version(text.substr(sign.size()));
  if (!version) return std::nullopt;
  return VendorBound{std::move(*version), sign != "<" && sign != ">"};
}

/// "<=2.5", ">1.0|<2.0", "3.4"
std::optional<VendorInterval> interval_of(std::string_view text) {
  VendorInterval interval;
  for (const auto part : text::split(text, '|')) {
    std::string_view sign;
    for (const std::string_view each : {"<=", "<", ">=", ">"}) {
      if (sign.empty() && part.starts_with(each)) sign = each;
    }
    const auto bound = bound_of(part, sign);
    if (!bound) return std::nullopt;
    if (!sign.starts_with('<')) interval.low = bound;
    if (!sign.starts_with('>')) interval.high = bound;
  }
  return interval;
}

bool same(const std::optional<VendorBound>& a, const std::optional<VendorBound>& b) {
  if (!a || !b) return !a && !b;
  return a->inclusive == b->inclusive && compare(a->version, b->version) == VendorOrder::equal;
}

/// Whether the intervals of the label are among those that were read.
std::size_t found_of(const std::vector<VendorInterval>& read, std::string_view label, std::size_t& labelled) {
  std::size_t found = 0;
  for (std::size_t at = 0; at < label.size();) {
    const auto end = std::min(label.find(" || ", at), label.size());
    const auto expected = interval_of(label.substr(at, end - at));
    ++labelled;
    if (expected && std::ranges::any_of(read, [&](const VendorInterval& interval) {
          return same(interval.low, expected->low) && same(interval.high, expected->high);
        })) {
      ++found;
    }
    at = std::min(end + 4, label.size());
  }
  return found;
}

/// Cuts off what stands between two signs at the end.
std::string take_end(std::string_view& text, char open, char close) {
  const auto begin = text.ends_with(close) ? text.find(open) : std::string_view::npos;
  if (begin == std::string_view::npos) return {};
  std::string taken{text.substr(begin + 1, text.size() - begin - 2)};
  text = text::trim(text.substr(0, begin));
  return taken;
}

bool agrees(const VendorReading& reading, const SampleCase& row) {
  if (row.kind == Kind::unread) return !is_understood(reading);
  if (reading.kind != row.kind || !is_understood(reading)) return false;
  auto meaning = row.meaning;
  switch (row.kind) {
    case Kind::all:
      return true;
    case Kind::serial_number:
      return to_text(reading).ends_with(meaning);
    case Kind::model: {
      std::string models;
      for (const auto& model : reading.models) models.append(models.empty() ? "" : " | ").append(model);
      return models == meaning;
    }
    default:
      break;
  }
  if (take_end(meaning, '[', ']') != reading.condition) return false;
  const auto component = take_end(meaning, '{', '}');
  if (reading.foreign != !component.empty() || (reading.foreign && !component.starts_with(reading.component)))
    return false;
  const auto possible = meaning.find(" ? ");
  std::size_t labelled = 0;
  if (possible != std::string_view::npos &&
      found_of(reading.possible, meaning.substr(possible + 3), labelled) != labelled) {
    return false;
  }
  labelled = 0;
  return found_of(reading.intervals, meaning.substr(0, possible), labelled) == labelled &&
         labelled == reading.intervals.size();
}

TEST(VendorTextSample, IsReadAsAPersonReadsIt) {
  std::size_t agreed = 0;
  for (const auto& row : kSample) {
    const auto reading = read_vendor_text(row.branch, row.product, row.text);
    if (agrees(reading, row)) {
      ++agreed;
    } else {
      std::cout << "  '" << row.text << "' of '" << row.product << "': " << name_of(reading.kind) << ' '
                << to_text(reading) << ", a person: " << name_of(row.kind) << ' ' << row.meaning << '\n';
    }
  }
  std::cout << "  agreement: " << agreed << " of " << std::size(kSample) << '\n';
  // The rest is printed, and is asked for: not one of them is answered wrongly.
  EXPECT_GE(agreed, 198U);
}

}  // namespace
}  // namespace tocsin::formats::vers
